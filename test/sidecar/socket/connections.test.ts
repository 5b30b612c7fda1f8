import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Connections } from '../../../src/sidecar/socket/connections.ts';

let stack: AsyncDisposableStack;
let events: string[];
let port: number;
let connections: Connections;
let accepted: Socket[];

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  // Its own list: connections of the last test may still close.
  const seen: string[] = [];
  events = seen;
  accepted = [];
  connections = new Connections({
    max: 3,
    observer: {
      opened: (_peer, count) => seen.push(`opened ${count}`),
      closed: () => seen.push('closed'),
      ended: (_peer, cause) => seen.push(`ended ${cause}`),
    },
  });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    accepted.push(socket);
    connections.add(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = address !== null && typeof address === 'object' ? address.port : 0;
  stack.defer(() => {
    connections.destroy();
    server.close();
  });
});

afterEach(() => stack.disposeAsync());

/** Opens a connection, and resolves when it was accepted. */
async function open(): Promise<Socket> {
  const count = accepted.length;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  stack.defer(() => void socket.destroy());
  await once(socket, 'connect');
  while (accepted.length === count) await new Promise(setImmediate);
  return socket;
}

/** Sends a byte, and resolves when it has arrived. */
async function speak(socket: Socket, index: number): Promise<void> {
  const arrived = once(accepted[index] ?? socket, 'data');
  socket.write('x');
  await arrived;
}

test('a new connection ends the one that was silent for the longest time', async () => {
  const first = await open();
  const second = await open();
  await open();
  await speak(first, 0);
  const ended = once(second, 'close');
  await open();
  await ended;
  expect(events).toEqual(['opened 1', 'opened 2', 'opened 3', 'ended full', 'opened 3']);
  expect(first.destroyed).toBe(false);
});

test('connections that were closed make room', async () => {
  const first = await open();
  await open();
  const closed = once(accepted[0] ?? first, 'close');
  first.end();
  await closed;
  await open();
  await open();
  expect(events).toEqual(['opened 1', 'opened 2', 'closed', 'opened 2', 'opened 3']);
});

test('one that does not say enough in time is ended, one that does stays', async () => {
  const quiet = await open();
  const talking = await open();
  await speak(quiet, 0);
  talking.write('xx');
  await once(accepted[1] ?? talking, 'data');
  const ended = once(accepted[0] ?? quiet, 'close');
  for (const socket of accepted) connections.expect(socket, 2, 20);
  await ended;
  expect(events).toEqual(['opened 1', 'opened 2', 'ended silent', 'closed']);
  expect(talking.destroyed).toBe(false);
});
