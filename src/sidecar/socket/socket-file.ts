import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, rename, stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { errorCode } from '../../diagnostic/system-error.ts';

/** Users that may connect to a Unix socket. */
export interface SocketAccess {
  /** Mode bits of the file, such as 0o660. */
  readonly mode: number;
  /** Number of the group that owns the file; undefined: the group of the process. */
  readonly group?: number | undefined;
}

/** The file of a socket, which another process may replace. */
export interface SocketFile {
  /** Removes the file, unless it is that of another process by now. */
  remove(): Promise<void>;
}

/** Longest path of a socket on every supported system, in bytes (macOS: 103, Linux: 107). */
const LONGEST_PATH = 103;

/**
 * Makes sure that a socket can be put at `path`: throws an Error with the obstacle, such as a missing folder, a
 * listening process or a file that is not a socket. Returns the path to listen on, in the same folder, until
 * `publishSocketFile`. Node removes the file at the path that it was told to listen on when it stops to listen, be that
 * the file of a successor: this path is never used again.
 */
export async function provisionalPath(path: string): Promise<string> {
  const folder = dirname(path);
  const provisional = join(folder, `.${randomBytes(4).toString('hex')}`);
  if (Math.max(Buffer.byteLength(path), Buffer.byteLength(provisional)) > LONGEST_PATH) {
    throw new Error(`the path of a socket has at most ${String(LONGEST_PATH)} bytes, choose a shorter one`);
  }
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) throw new Error(`the folder ${folder} does not exist, create it first`);
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder`);
  const file = await lstat(path).catch(() => undefined);
  if (file === undefined) return provisional;
  if (!file.isSocket())
    throw new Error('the file exists and is not a socket, remove it or choose another path');
  if (await isListening(path)) {
    throw new Error('another process listens on it, stop that process or choose another path');
  }
  return provisional;
}

/**
 * Moves the socket from its provisional path to `path`, where it replaces the file that a killed process left. Group
 * and mode are set before, so that nobody else can connect meanwhile.
 */
export async function publishSocketFile(
  provisional: string,
  path: string,
  { mode, group }: SocketAccess,
): Promise<SocketFile> {
  try {
    // The owner, -1, stays as it is.
    if (group !== undefined) await chown(provisional, -1, group).catch(rejectGroup);
    await chmod(provisional, mode);
    await rename(provisional, path);
  } catch (error) {
    await removeFile(provisional);
    throw error;
  }
  const own = await lstat(path);
  return {
    async remove() {
      const file = await lstat(path).catch(() => undefined);
      if (file?.dev === own.dev && file.ino === own.ino) await removeFile(path);
    },
  };
}

function rejectGroup(error: unknown): never {
  if (errorCode(error) !== 'EPERM') throw error;
  throw new Error('the socket cannot be given to the group, make the process a member of it');
}

async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => {
      const code = errorCode(error);
      if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve(false);
      else reject(new Error(`cannot find out if a process listens on it (${code || error.message})`));
    });
  });
}
