/** A decision record as it is written. */
export interface RecordLine {
  readonly id: string;
  /** The record as JSON, without a line end. */
  readonly line: string;
}

/** The newest records, and listeners for new ones. */
export interface RecentDecisions {
  /** `length`: UTF-16 units that the record holds in memory, default those of its line. */
  add(record: RecordLine, length?: number): void;
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

/** Keeps the newest records in memory, for `/v1/decisions`. The newest one is kept whatever its length. */
export function createRecentDecisions({
  maxRecords = 1000,
  maxLength = 2 * 1024 * 1024,
}: RecentDecisionsOptions = {}): RecentDecisions {
  let kept: { readonly record: RecordLine; readonly length: number }[] = [];
  /** Position of the oldest record; records before it are removed in batches. */
  let first = 0;
  let length = 0;
  const listeners = new Set<(record: RecordLine) => void>();
  return {
    add(record, held = record.line.length) {
      kept.push({ record, length: held });
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
