// A proxy before a server that can fall silent with all its connections open, as a pooler or a network that hangs.
import { connect, createServer, type Socket } from 'node:net';

export interface FreezingProxy {
  readonly port: number;
  /** from now on nothing goes through, and nobody is told */
  freeze(): void;
  close(): Promise<void>;
}

/** Starts it before what listens on the port of this machine. */
export async function freezingProxy(port: number): Promise<FreezingProxy> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    if (isFrozen) socket.pause();
    return socket;
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    keep(near);
    if (isFrozen) return;
    const far = keep(connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (data) => void (isFrozen || to.write(data)));
      from.on('end', () => void (isFrozen || to.end()));
    };
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
