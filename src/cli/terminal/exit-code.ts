/** Exit codes of the process. */
export const EXIT = {
  fine: 0,
  /** The check failed: a mistake, a failed case, a denial. */
  fails: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** Internal error. */
  fault: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
