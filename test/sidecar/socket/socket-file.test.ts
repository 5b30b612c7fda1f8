import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Bound, listenAt } from '../../../src/sidecar/socket/listen.ts';
import type { SocketAccess } from '../../../src/sidecar/socket/socket-file.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

let stack: AsyncDisposableStack;
let folder: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await scratchFolder(stack);
});

afterEach(() => stack.disposeAsync());

async function listen(name: string, access: SocketAccess = { mode: 0o660 }): Promise<Bound> {
  const bound = await listenAt({ address: `unix:${join(folder, name)}`, access, createServer });
  stack.defer(() => bound.close());
  return bound;
}

test('a socket file is removed with its listener, and nothing else is left', async () => {
  const bound = await listen('a.sock');
  expect(await readdir(folder)).toEqual(['a.sock']);
  await bound.close();
  expect(await readdir(folder)).toEqual([]);
});

test('the socket file of a successor stays', async () => {
  const first = await listen('a.sock');
  await listen('b.sock');
  await rename(join(folder, 'b.sock'), join(folder, 'a.sock'));
  const { ino } = await stat(join(folder, 'a.sock'));
  await first.close();
  expect((await stat(join(folder, 'a.sock'))).ino).toBe(ino);
});

test.each([0o600, 0o660, 0o666])('the mode is %o whatever the umask is', async (mode) => {
  const umask = process.umask(0o077);
  try {
    await listen('a.sock', { mode });
  } finally {
    process.umask(umask);
  }
  expect((await stat(join(folder, 'a.sock'))).mode & 0o777).toBe(mode);
});

/** A group that this process may give files to: any for root, else one of its own. */
const GROUP = process.getuid?.() === 0 ? 12_345 : (process.getgroups?.().at(-1) ?? 0);

test('the group is set', async () => {
  await listen('a.sock', { mode: 0o660, group: GROUP });
  expect((await stat(join(folder, 'a.sock'))).gid).toBe(GROUP);
});

test('a second listener on the same path is told, and the first one stays', async () => {
  await listen('a.sock');
  await expect(listen('a.sock')).rejects.toThrow('another process listens on it');
  expect(existsSync(join(folder, 'a.sock'))).toBe(true);
});

test('a name with several addresses is listened to on each of them, with one port', async () => {
  const servers: ReturnType<typeof createServer>[] = [];
  const bound = await listenAt({
    address: 'localhost:0',
    access: { mode: 0o660 },
    createServer: () => {
      const server = createServer();
      servers.push(server);
      return server;
    },
  });
  const ports = servers.flatMap((server) => {
    const address = server.address();
    return address !== null && typeof address === 'object' ? [address.port] : [];
  });
  expect(new Set(ports)).toEqual(new Set([Number(bound.address.split(':')[1])]));
  const closed = servers.filter(({ listening }) => listening).map((server) => once(server, 'close'));
  await bound.close();
  await Promise.all(closed);
});
