import { chmod, lstat, stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';

/** Longest path that a socket address can hold on every system we run on, bytes. */
const LONGEST_PATH = 103;

/**
 * Makes room for a Unix socket: a socket file that nobody listens on is what a killed process left, and goes. Throws
 * an Error that says what stands in the way: a missing folder, a listening process, a file that is no socket.
 */
export async function clearSocketFile(path: string): Promise<void> {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new Error(`a socket path has at most ${String(LONGEST_PATH)} bytes, choose a shorter one`);
  }
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (folder === undefined) throw new Error(`the folder ${dirname(path)} does not exist, create it first`);
  if (!folder.isDirectory()) throw new Error(`${dirname(path)} is not a folder`);
  const file = await lstat(path).catch(() => undefined);
  if (file === undefined) return;
  if (!file.isSocket())
    throw new Error('a file that is no socket stands there, remove it or choose another path');
  if (await isListening(path)) {
    throw new Error('another process listens there, stop it or choose another path');
  }
  await removeSocketFile(path);
}

/** Lets the owner and the group connect; a proxy in the same pod runs under the same group. */
export async function openSocketFile(path: string): Promise<void> {
  await chmod(path, 0o660);
}

/** Fine when it is gone already. */
export async function removeSocketFile(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else reject(new Error(`cannot tell whether somebody listens there (${error.code ?? error.message})`));
    });
  });
}
