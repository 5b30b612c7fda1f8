import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';

/** Destination of decision records. */
export interface Sink {
  /** Name in metrics and messages: `stdout` or the path. */
  readonly name: string;
  /**
   * Writes whole lines in UTF-8; rejects if they cannot be written, with a `WriteFailure` if that is known of a part of
   * them. The bytes may change after the promise has settled.
   */
  write(lines: Uint8Array): Promise<void>;
  /** Continues in a new file of the same path, after a log rotation. Does nothing for a stream. */
  reopen(): Promise<void>;
  close(): Promise<void>;
  /** Notes records that the sink will not get. Absent if it has no use for their number. */
  omit?(cause: Omission, count: number): void;
  /** Adds a line about an event that is not a decision. Absent if the sink takes records alone. */
  note?(event: NotedEvent, members: Readonly<Record<string, unknown>>): void;
}

/** Event that a sink takes beside records. */
export type NotedEvent = 'policies' | 'cosigned';

/** Cause for which a sink does not have a record: lost, or left out by sampling. */
export type Omission = 'dropped' | 'sampled';

/** Failure of a write of which a part was written. */
export class WriteFailure extends Error {
  /** Code of the operating system, such as `ENOSPC`; empty if it has none. */
  readonly code: string;
  /** Bytes of the given lines that were written. */
  readonly written: number;
  /** Whole lines among them. */
  readonly lines: number;

  constructor(cause: unknown, written: number, lines: number) {
    super(errorMessage(cause), { cause });
    this.name = 'WriteFailure';
    this.code = errorCode(cause);
    this.written = written;
    this.lines = lines;
  }
}
