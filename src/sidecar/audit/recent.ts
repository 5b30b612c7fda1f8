import type { DecisionRecord } from './record.ts';

/** The newest records, and listeners for new ones. */
export interface RecentDecisions {
  add(record: DecisionRecord): void;
  /** At most `limit` of the newest records, oldest first. */
  list(limit: number): readonly DecisionRecord[];
  /** Calls `listener` for each new record, until the returned function is called. */
  follow(listener: (record: DecisionRecord) => void): () => void;
}

/** Default capacity, in records. */
const RECENT_DECISIONS = 1000;

/** Keeps the newest `capacity` records in memory, for `/v1/decisions`. */
export function createRecentDecisions(capacity = RECENT_DECISIONS): RecentDecisions {
  const ring: DecisionRecord[] = [];
  let oldest = 0;
  const listeners = new Set<(record: DecisionRecord) => void>();
  return {
    add(record) {
      if (ring.length < capacity) ring.push(record);
      else {
        ring[oldest] = record;
        oldest = (oldest + 1) % capacity;
      }
      for (const listener of listeners) listener(record);
    },
    list(limit) {
      const inOrder = [...ring.slice(oldest), ...ring.slice(0, oldest)];
      return limit >= inOrder.length ? inOrder : inOrder.slice(inOrder.length - Math.max(0, limit));
    },
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
