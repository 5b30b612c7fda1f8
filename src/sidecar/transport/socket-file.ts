import { chmod, lstat, stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';

/** Longest path of a socket on every supported system, in bytes (macOS: 103, Linux: 107). */
const LONGEST_PATH = 103;

/**
 * Removes a socket file on which no process listens, which a killed process left. Throws an Error with the obstacle: a
 * missing folder, a listening process, a file that is not a socket.
 */
export async function clearSocketFile(path: string): Promise<void> {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new Error(`the path of a socket has at most ${String(LONGEST_PATH)} bytes, choose a shorter one`);
  }
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (folder === undefined) throw new Error(`the folder ${dirname(path)} does not exist, create it first`);
  if (!folder.isDirectory()) throw new Error(`${dirname(path)} is not a folder`);
  const file = await lstat(path).catch(() => undefined);
  if (file === undefined) return;
  if (!file.isSocket())
    throw new Error('the file exists and is not a socket, remove it or choose another path');
  if (await isListening(path)) {
    throw new Error('another process listens on it, stop that process or choose another path');
  }
  await removeSocketFile(path);
}

/** Lets owner and group connect; a proxy in the same pod runs in the same group. */
export async function openSocketFile(path: string): Promise<void> {
  await chmod(path, 0o660);
}

/** Does nothing if the file does not exist. */
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
      else reject(new Error(`cannot find out if a process listens on it (${error.code ?? error.message})`));
    });
  });
}
