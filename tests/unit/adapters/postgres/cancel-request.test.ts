// What happens to a request to cancel that nobody takes; real poolers are in tests/servers.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { cancelRequest } from '../../../../src/adapters/postgres/cancel-request.ts';
import type { Wire } from '../../../../src/adapters/postgres/client.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server and a connection to cancel there. */
async function listening(answer: (socket: Socket) => void): Promise<Wire> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const stream = { destroyed: false, destroy: () => (stream.destroyed = true) };
  const connection = { ssl: false, stream };
  const client = { processID: 1, secretKey: 2, host: '127.0.0.1', port, connection };
  return { client, broken: false } as unknown as Wire;
}

test('one that is taken leaves the connection as it is', async () => {
  const seen: number[] = [];
  const wire = await listening((socket) => {
    socket.on('data', (bytes) => {
      seen.push(...[4, 8, 12].map((at) => bytes.readInt32BE(at)));
      socket.end();
    });
  });
  await cancelRequest(wire);
  expect(seen).toEqual([80877102, 1, 2]);
  expect(wire.broken).toBe(false);
});

test('one that nobody takes is given up in time, and the connection with it', async () => {
  let isGone = false;
  const wire = await listening((socket) => {
    socket.resume();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      isGone = true;
    });
  });
  await expect(cancelRequest(wire, 100)).rejects.toThrow('within 100 ms');
  expect(wire.broken).toBe(true);
  expect(wire.client.connection.stream.destroyed).toBe(true);
  await expect.poll(() => isGone).toBe(true);
});
