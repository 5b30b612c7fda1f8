import { BucketTable } from './bucket-table.ts';
import { type HashSeed, KeyHash } from './key-hash.ts';
import type { Limit, LimitStore, Take, Taken } from './limit.ts';
import { Room } from './room.ts';

/** Keys of one limit in the store. */
export interface LimitUse {
  /** `POLICY/LIMIT`. */
  readonly id: string;
  /** Number of keys that are counted exactly. */
  readonly keys: number;
  /** Number of takes that were answered by estimate, for want of room, since the limit was first used. */
  readonly estimated: number;
}

/** A store that answers at once. */
export interface LocalStore extends LimitStore {
  take(take: Take, now: number): Taken;
  takeAll(takes: readonly Take[], now: number): readonly Taken[];
  /** Counts by these limits, those of a policy set that becomes live. Buckets of limits that stay keep what is used. */
  follow(limits: readonly Limit[], now: number): void;
  /** For each limit that was used. */
  uses(): readonly LimitUse[];
}

export interface LocalStoreOptions {
  /** Number of keys, of all limits together, for which there is room; about 40 bytes each. */
  readonly maxKeys: number;
  /** A secret of the process; fixed in tools that decide requests of their own. */
  readonly seed: HashSeed;
}

/**
 * Buckets in this process, by the generic cell rate algorithm: `burst` at once, then `rate`, exact to the nanosecond.
 * The use of a key is never forgotten. Keys are held as hashes of 64 bits: two keys of equal hashes share a bucket,
 * which allows less than two, never more.
 */
export function createLocalStore({ maxKeys, seed }: LocalStoreOptions): LocalStore {
  const hash = new KeyHash(seed);
  const tables = new Map<string, BucketTable>();
  const room = new Room(maxKeys, () => tables.values());
  let latest = Number.NEGATIVE_INFINITY;
  /** The limit and the table that were asked last. */
  let lastLimit: Limit | undefined;
  let lastTable: BucketTable | undefined;

  /** Time never goes back, whatever the clock does. */
  function moment(now: number): number {
    if (now > latest) latest = now;
    return latest;
  }

  function tableOf(limit: Limit): BucketTable {
    if (limit !== lastLimit || lastTable === undefined) {
      lastTable = tables.get(limit.id) ?? create(limit);
      lastLimit = limit;
    }
    return lastTable;
  }

  function create(limit: Limit): BucketTable {
    const table = new BucketTable(limit, room, () => latest);
    tables.set(limit.id, table);
    return table;
  }

  function ask(take: Take, now: number, takes: boolean): Taken {
    return tableOf(take.limit).ask(take, now, takes);
  }

  function hashKey(take: Take): void {
    hash.compute(take.key);
    take.hashHigh = hash.high;
    take.hashLow = hash.low;
  }

  return {
    take(take, now) {
      hashKey(take);
      return ask(take, moment(now), true);
    },
    takeAll(takes, now) {
      for (const take of takes) hashKey(take);
      const at = moment(now);
      const asked = takes.map((take) => ask(take, at, false));
      return asked.every(({ allowed }) => allowed) ? takes.map((take) => ask(take, at, true)) : asked;
    },
    giveBack(takes, now) {
      const at = moment(now);
      for (const take of takes) tables.get(take.limit.id)?.giveBack(take, at);
    },
    follow(limits, now) {
      const at = moment(now);
      const live = new Set(limits.map(({ id }) => id));
      for (const [id, table] of tables) if (!live.has(id) && table.isIdle(at)) tables.delete(id);
      lastLimit = undefined;
      room.divide(new Set([...live, ...tables.keys()]).size);
      for (const limit of limits) tableOf(limit).follow(limit, at);
    },
    uses() {
      return Array.from(tables.values(), ({ id, keys, estimated }) => ({ id, keys, estimated }));
    },
  };
}
