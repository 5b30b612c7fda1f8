/** The last attempt to load the policy folder. */
export interface ReloadAttempt {
  readonly result: 'success' | 'failure';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Revision of the folder, as answers name it; empty if the folder could not be read. */
  readonly revision: string;
}
