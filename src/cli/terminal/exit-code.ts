/** How a verb ends, as a process exit code. */
export const EXIT = {
  fine: 0,
  /** The thing that was checked does not hold. */
  fails: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** A fault of our own. */
  fault: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
