import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the running children of a process whose command line has the text, from /proc. */
export function childrenOf(parent: number, text: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => parentOf(pid) === parent && commandLine(pid).includes(text));
}

/** True while a process runs; one that has ended and was not collected does not. */
export function isRunning(pid: number): boolean {
  return parentOf(pid) !== undefined;
}

/** Niceness of each thread of a process. */
export function nicenessOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    const niceness = fieldsOf(`${pid}/task/${thread}`)?.[16];
    return niceness === undefined ? [] : [Number(niceness)];
  });
}

/** Seconds of processor time that a process has taken. */
export function processorTime(pid: number): number {
  const fields = fieldsOf(String(pid)) ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
}

/** Ticks of a second in /proc, the same on all of today's Linux systems. */
const TICKS = 100;

/** Resident memory of a process in MiB; 0 after its end. */
export function residentMemory(pid: number): number {
  return megabytes(pid, /VmRSS:\s+(\d+)/);
}

/** Memory of a process that is backed by no file, in MiB; 0 after its end. */
export function ownMemory(pid: number): number {
  return megabytes(pid, /RssAnon:\s+(\d+)/);
}

function megabytes(pid: number, kilobytes: RegExp): number {
  return Number(kilobytes.exec(contentOf(`/proc/${pid}/status`) ?? '')?.[1] ?? 0) / 1024;
}

function parentOf(pid: number): number | undefined {
  const [state, parent] = fieldsOf(String(pid)) ?? [];
  return state === undefined || state === 'Z' || state === 'X' ? undefined : Number(parent);
}

/** Fields of proc(5) from the third, the state, on. */
function fieldsOf(path: string): readonly string[] | undefined {
  const text = contentOf(`/proc/${path}/stat`);
  return text === undefined ? undefined : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function commandLine(pid: number): string {
  return contentOf(`/proc/${pid}/cmdline`) ?? '';
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // It has ended.
  }
}

/** Most resident memory that a process has ever had, in MiB. */
export function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(contentOf(`/proc/${pid}/status`) ?? '')?.[1] ?? 0) / 1024;
}
