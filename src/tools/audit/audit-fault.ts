/** Kinds of faults of a chained log. */
export const AUDIT_FAULTS = {
  edited: 'the content of a line is not the one that was written',
  dropped: 'lines are missing',
  inserted: 'a line was added',
  reordered: 'lines are in another order',
  truncated: 'lines are missing at the end',
  unsigned: 'a checkpoint is not signed by a given key, or checkpoints are missing',
  split_view: 'two signed checkpoints contradict each other',
  unchained: 'the log has no chain',
} as const;

export type FaultKind = keyof typeof AUDIT_FAULTS;

/** A place in a log. */
export interface Place {
  readonly file: string;
  /** Number from 1. */
  readonly line: number;
}

/** The first sign of a change of a log. */
export interface AuditFault extends Place {
  readonly kind: FaultKind;
  /** Phrase that completes the position. */
  readonly message: string;
}
