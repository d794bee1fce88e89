// Stands between a client and a Postgres server, counts what the client asks, and does harm at the one point it is told.
import { createConnection, createServer, type Socket } from 'node:net';
import {
  endsAnswer,
  isAnswered,
  isStep,
  type Packet,
  PacketReader,
  TERMINATE,
  told,
} from './protocol.ts';

/**
 * Where the harm is done: `before` the server sees a step, `during` its work on it, or `after` it has done what the step asks and
 * before the client is told.
 */
export const MOMENTS = ['before', 'during', 'after'] as const;
export interface Point {
  readonly step: number;
  readonly moment: (typeof MOMENTS)[number];
}

/** Does the harm that is not the proxy's own: kills a process or a backend. */
export type Harm = (backend: number) => Promise<void>;

/** What is to happen at the point. Cutting closes the connection on both sides. */
export interface Fault {
  readonly point: Point;
  /** besides, or instead of cutting */
  readonly harm?: Harm;
  readonly cuts: boolean;
}

/** What became of a fault. */
export interface Watched {
  /** steps that were seen */
  steps: number;
  /** the step at which harm was done; undefined when the run ended before */
  struck: string | undefined;
}

export interface FaultProxy {
  readonly port: number;
  /** from here on steps are counted anew, and `fault` happens at its point */
  arm(fault: Fault | undefined): Watched;
  close(): Promise<void>;
}

class Link {
  private readonly client: Socket;
  private readonly server: Socket;
  private readonly strike: (
    packet: Packet,
    moment: Point['moment'],
    link: Link,
  ) => Promise<boolean>;
  private readonly count: (packet: Packet) => Point['moment'] | undefined;
  private work: Promise<void> = Promise.resolve();
  /** the step whose answer the client shall not see */
  private withheld: Packet | undefined;
  backend = 0;

  constructor(client: Socket, server: Socket, count: Link['count'], strike: Link['strike']) {
    this.client = client;
    this.server = server;
    this.count = count;
    this.strike = strike;
    const asked = new PacketReader('client');
    const answered = new PacketReader('server');
    client.on('data', (chunk) => {
      for (const packet of asked.add(chunk)) this.next(() => this.ask(packet));
    });
    server.on('data', (chunk) => {
      for (const packet of answered.add(chunk)) this.answer(packet);
    });
    // what the server said before it went is passed on first
    client.on('error', () => this.cut()).on('close', () => this.cut());
    server.on('error', () => this.cut()).on('close', () => client.end());
  }

  cut(): void {
    this.client.destroy();
    this.server.destroy();
  }

  private next(work: () => Promise<void>): void {
    this.work = this.work.then(work);
  }

  private async ask(packet: Packet): Promise<void> {
    if (this.client.destroyed && packet.type !== TERMINATE) return;
    const moment = isStep(packet) ? this.count(packet) : undefined;
    if (moment === 'before' && (await this.strike(packet, moment, this))) return;
    if (moment === 'after' && isAnswered(packet)) this.withheld = packet;
    if (!this.server.destroyed) this.server.write(packet.bytes);
    if (moment === 'during' || (moment === 'after' && !isAnswered(packet)))
      await this.strike(packet, moment, this);
  }

  private answer(packet: Packet): void {
    if (packet.type === 'K') this.backend = packet.bytes.readInt32BE(5);
    const step = this.withheld;
    if (step === undefined) {
      if (!this.client.destroyed) this.client.write(packet.bytes);
      return;
    }
    if (!endsAnswer(packet)) return;
    this.next(async () => {
      const isCut = await this.strike(step, 'after', this);
      this.withheld = undefined;
      // a backend that is gone, and whose answer went with it
      if (!isCut) this.cut();
    });
  }
}

/** Starts a proxy before the server at `port`. */
export async function faultProxy(port: number): Promise<FaultProxy> {
  let armed: Fault | undefined;
  let watched: Watched = { steps: 0, struck: undefined };
  const links = new Set<Link>();
  const count = (): Point['moment'] | undefined => {
    watched.steps += 1;
    return armed?.point.step === watched.steps ? armed.point.moment : undefined;
  };
  const strike = async (packet: Packet, moment: string, link: Link): Promise<boolean> => {
    const fault = armed;
    if (fault === undefined) return false;
    watched.struck = `${moment} step ${fault.point.step}: ${told(packet)}`;
    await fault.harm?.(link.backend);
    if (fault.cuts) link.cut();
    return fault.cuts;
  };
  const listener = createServer((client) => {
    const server = createConnection(port, '127.0.0.1');
    client.setNoDelay(true);
    server.setNoDelay(true);
    const link = new Link(client, server, count, strike);
    links.add(link);
    server.on('close', () => links.delete(link));
  }).listen(0, '127.0.0.1');
  await new Promise((done) => listener.once('listening', done));
  const address = listener.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    arm: (fault) => {
      armed = fault;
      watched = { steps: 0, struck: undefined };
      return watched;
    },
    close: async () => {
      for (const link of links) link.cut();
      await new Promise<void>((done) => listener.close(() => done()));
    },
  };
}
