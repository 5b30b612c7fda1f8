import { constants, type Stats } from 'node:fs';

/**
 * Without O_NONBLOCK, a pipe without a reader holds a thread until one comes, and a process does not end before its
 * threads.
 */
export const LOG_FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** Mode of a new log: not readable for all users. */
export const LOG_MODE = 0o640;

export function isSameFile(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
