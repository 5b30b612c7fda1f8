import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from '../support/child.ts';
import type { ImageConfig } from './layout-reader.ts';

export interface BoxOptions {
  /** Folder with the unpacked image. */
  readonly root: string;
  readonly image: ImageConfig;
  /** Arguments in place of `Cmd`. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Folders that can be read in the box, and the one that can be written, by their path in it. */
  readonly mounts: Readonly<Record<string, string>>;
  readonly writable?: Readonly<Record<string, string>>;
  readonly log: string;
  /** Limit of the memory of all processes of the box. */
  readonly memory: MemoryGroup | undefined;
}

/**
 * Runs the program of an image with bubblewrap, as a pod does: as the user of the image, with a root that cannot be
 * written, without capabilities, and with no process, environment or file of the machine. The network is that of the
 * machine, since a test asks the program on loopback.
 */
export function startBox(options: BoxOptions): Promise<Child> {
  const { root, image, args, env = {}, mounts, writable = {}, log, memory } = options;
  const { User, Env, Entrypoint, WorkingDir } = image.config;
  const [user = '', group = ''] = User.split(':');
  const variables = [...Env.map((each) => each.split('=') as [string, string]), ...Object.entries(env)];
  const box = [
    ...(process.getuid?.() === 0
      ? ['setpriv', `--reuid=${user}`, `--regid=${group}`, '--clear-groups', '--no-new-privs']
      : []),
    'bwrap',
    ...CONFINED,
    '--uid',
    user,
    '--gid',
    group,
    '--ro-bind',
    root,
    '/',
    ...FRESH,
    '--chdir',
    WorkingDir,
    ...Object.entries(mounts).flatMap(([at, from]) => ['--ro-bind', from, at]),
    ...Object.entries(writable).flatMap(([at, from]) => ['--bind', from, at]),
    ...variables.flatMap(([name, value]) => ['--setenv', name, value]),
    ...Entrypoint,
    ...args,
  ];
  const script = memory === undefined ? 'exec "$@"' : `echo $$ > ${memory.file} && exec "$@"`;
  return startChild({ name: 'the box', command: 'bash', args: ['-c', script, 'box', ...box], log });
}

/** Own namespaces apart from the network, no capabilities, no environment, and the program as PID 1. */
const CONFINED = [
  '--unshare-all',
  '--share-net',
  '--cap-drop',
  'ALL',
  '--die-with-parent',
  '--as-pid-1',
  '--clearenv',
];

/** Folders that every runtime provides. */
const FRESH = ['--proc', '/proc', '--dev', '/dev'];

/** True if bubblewrap is installed and may make a box here. */
export function hasBoxes(): boolean {
  try {
    execFileSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface MemoryGroup {
  /** File that a process writes its id into. */
  readonly file: string;
  /** Most memory that all processes of the group have had together, page cache of their files included, in MiB. */
  peak(): number;
  /** Number of processes that the kernel has ended for lack of memory. */
  killed(): number;
  remove(): void;
}

/** A memory cgroup with a limit in MiB; undefined where this user may not make one. */
export function memoryGroup(mebibytes: number): MemoryGroup | undefined {
  const old = '/sys/fs/cgroup/memory';
  const isOld = existsSync(join(old, 'memory.limit_in_bytes'));
  const folder = join(isOld ? old : '/sys/fs/cgroup', `lictor-${process.pid}-${mebibytes}`);
  try {
    mkdirSync(folder);
    const [limit, swap] = isOld
      ? ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes']
      : ['memory.max', 'memory.swap.max'];
    writeFileSync(join(folder, limit), String(mebibytes * 2 ** 20));
    if (existsSync(join(folder, swap)))
      writeFileSync(join(folder, swap), isOld ? String(mebibytes * 2 ** 20) : '0');
  } catch {
    return undefined;
  }
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return {
    file: join(folder, 'cgroup.procs'),
    peak: () => Number(read(isOld ? 'memory.max_usage_in_bytes' : 'memory.peak')) / 2 ** 20,
    killed: () =>
      Number(/^oom_kill (\d+)/m.exec(read(isOld ? 'memory.oom_control' : 'memory.events'))?.[1] ?? 0),
    remove: () => rmdirSync(folder),
  };
}
