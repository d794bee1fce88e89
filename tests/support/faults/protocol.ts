// As much of the protocol of Postgres as a proxy needs that counts messages: where one ends, and what it is.

/** One message: its type, '' for the start-up packet, which has none, and all its bytes. */
export interface Packet {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Cuts a stream of bytes into messages. The first one of a client has no type. */
export class PacketReader {
  private rest: Buffer = Buffer.alloc(0);
  private isFirst: boolean;

  constructor(from: 'client' | 'server') {
    this.isFirst = from === 'client';
  }

  /** Takes what came; returns the messages that are complete by now. */
  add(chunk: Buffer): readonly Packet[] {
    this.rest = Buffer.concat([this.rest, chunk]);
    const packets: Packet[] = [];
    for (;;) {
      const head = this.isFirst ? 0 : 1;
      if (this.rest.length < head + 4) return packets;
      const length = head + this.rest.readInt32BE(head);
      if (this.rest.length < length) return packets;
      const type = this.isFirst ? '' : String.fromCharCode(this.rest[0] ?? 0);
      packets.push({ type, bytes: this.rest.subarray(0, length) });
      this.rest = this.rest.subarray(length);
      this.isFirst = false;
    }
  }
}

/** What a client says last: nothing is lost with it. */
export const TERMINATE = 'X';

/** Messages that the server works on as soon as they are there; the parts of an extended query wait for their Sync. */
const STEPS: ReadonlySet<string> = new Set(['', 'p', 'Q', 'S', 'd', 'c', 'f']);
export const isStep = ({ type }: Packet): boolean => STEPS.has(type);

/** Rows of a COPY are not answered one by one. */
export const isAnswered = ({ type }: Packet): boolean => type !== 'd';

/** The answer to a step is complete: ready for the next, or for the rows of a COPY, or asking for a password. */
export const endsAnswer = ({ type, bytes }: Packet): boolean =>
  type === 'Z' || type === 'G' || (type === 'R' && bytes.readInt32BE(5) !== 0);

/** What a step would do, in short, for messages about it. */
export function told({ type, bytes }: Packet): string {
  if (type === 'Q')
    return bytes.subarray(5, -1).toString('utf8').replaceAll(/\s+/g, ' ').slice(0, 120);
  return (
    { '': 'start-up', p: 'password', S: 'sync', d: 'copy data', c: 'copy done', f: 'copy failed' }[
      type
    ] ?? type
  );
}
