/** A decision record as it is written. */
export interface RecordLine {
  readonly id: string;
  /** The record as JSON, without a line end. */
  readonly line: string;
}

/** The newest records, and listeners for new ones. */
export interface RecentDecisions {
  /**
   * False if a decision that was complete at `now` (milliseconds) is left out. All decisions are kept while the records
   * span a second; with more, and without listeners, one allowed and one denied decision per millisecond.
   */
  wants(isAllowed: boolean, now: number): boolean;
  /**
   * `now`: time at which the decision was complete; `length`: UTF-16 units that the record holds in memory, default those
   * of its line.
   */
  add(record: RecordLine, now: number, length?: number): void;
  /** At most `limit` of the newest records, oldest first. */
  list(limit: number): readonly RecordLine[];
  /** Calls `listener` for each new record, until the returned function is called. */
  follow(listener: (record: RecordLine) => void): () => void;
}

export interface RecentDecisionsOptions {
  /** Most records, default 1,000. */
  readonly maxRecords?: number;
  /** Most UTF-16 units of all records together, default 2 Mi; at most four times as many bytes. */
  readonly maxLength?: number;
}

/** Milliseconds that full records span at least before all decisions are kept. */
const SPAN = 1000;
/** Milliseconds between two decisions of a kind while there are more. */
const INTERVAL = 1;

/** Keeps the newest records in memory, for `/v1/decisions`. The newest one is kept whatever its length. */
export function createRecentDecisions({
  maxRecords = 1000,
  maxLength = 2 * 1024 * 1024,
}: RecentDecisionsOptions = {}): RecentDecisions {
  let kept: { readonly record: RecordLine; readonly length: number; readonly time: number }[] = [];
  /** Position of the oldest record; records before it are removed in batches. */
  let first = 0;
  let length = 0;
  const listeners = new Set<(record: RecordLine) => void>();
  const isFull = (): boolean => kept.length - first >= maxRecords;
  const lastKept = { allowed: Number.NEGATIVE_INFINITY, denied: Number.NEGATIVE_INFINITY };
  return {
    wants(isAllowed, now) {
      const kind = isAllowed ? 'allowed' : 'denied';
      // A difference below 0 is that of a clock that was set back.
      const isCrowded = isFull() && Math.abs(now - (kept[first]?.time ?? 0)) < SPAN;
      if (isCrowded && Math.abs(now - lastKept[kind]) < INTERVAL && listeners.size === 0) return false;
      lastKept[kind] = now;
      return true;
    },
    add(record, now, held = record.line.length) {
      kept.push({ record, length: held, time: now });
      length += held;
      while (kept.length - first > 1 && (kept.length - first > maxRecords || length > maxLength)) {
        length -= kept[first]?.length ?? 0;
        first++;
      }
      if (first > maxRecords) {
        kept = kept.slice(first);
        first = 0;
      }
      for (const listener of listeners) listener(record);
    },
    list: (limit) =>
      kept.slice(Math.max(first, kept.length - Math.max(0, limit))).map(({ record }) => record),
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
