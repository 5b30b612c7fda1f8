import type { DecisionRecord } from './record.ts';

/** The newest records, and whoever follows them. */
export interface RecentDecisions {
  add(record: DecisionRecord): void;
  /** Oldest first, at most `limit` of the newest. */
  list(limit: number): readonly DecisionRecord[];
  /** Calls `listener` for each record from now on; the result ends that. */
  follow(listener: (record: DecisionRecord) => void): () => void;
}

/** Records kept. */
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
