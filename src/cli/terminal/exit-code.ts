/** Exit codes of the process. */
export const EXIT = {
  fine: 0,
  /** The answer is no: a mistake that `check` found, a failed case, a denial. */
  fails: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** Internal error. */
  fault: 3,
  /** The policy folder has errors, so that the verb had nothing to work with. */
  uncompiled: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
