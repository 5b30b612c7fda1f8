import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** Answer to a command in RESP; `reset` ends the connection, undefined lets the client wait. */
export type FakeReply = string | 'reset' | undefined;

/** Starts a server that answers each command as told, on a free port of loopback; it ends with the stack. */
export async function startFakeRedis(
  stack: AsyncDisposableStack,
  reply: (command: readonly string[]) => FakeReply,
): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (let read = commandIn(rest); read !== undefined; read = commandIn(rest)) {
        rest = rest.subarray(read.length);
        const answer = reply(read.command);
        if (answer === 'reset') socket.resetAndDestroy();
        else if (answer !== undefined) socket.write(answer);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `redis://127.0.0.1:${address.port}`;
}

/** Answers of a server that works to the commands of a handshake; undefined for all others. */
export function handshakeReply([name = '']: readonly string[]): string | undefined {
  const replies: Readonly<Record<string, string>> = {
    hello: '%1\r\n$5\r\nproto\r\n:3\r\n',
    auth: '+OK\r\n',
    select: '+OK\r\n',
    client: '+OK\r\n',
  };
  return replies[name.toLowerCase()];
}

/** The first command of bytes, an array of bulk strings; undefined if it is not complete. */
function commandIn(
  bytes: Buffer,
): { readonly command: readonly string[]; readonly length: number } | undefined {
  const text = bytes.toString('latin1');
  const head = /^\*(\d+)\r\n/.exec(text);
  let at = head?.[0].length ?? 0;
  const command: string[] = [];
  for (let count = Number(head?.[1] ?? -1); count > 0; count -= 1) {
    const part = /^\$(\d+)\r\n/.exec(text.slice(at, at + 32));
    const begin = at + (part?.[0].length ?? 0);
    const end = begin + Number(part?.[1]);
    if (part === null || text.length < end + 2) return undefined;
    command.push(text.slice(begin, end));
    at = end + 2;
  }
  return head === null ? undefined : { command, length: at };
}
