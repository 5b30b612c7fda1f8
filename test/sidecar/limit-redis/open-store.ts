import { randomUUID } from 'node:crypto';
import type { Limit, SharedLimit } from '../../../src/engine/limit/limit.ts';
import { createLocalStore } from '../../../src/engine/limit/local-store.ts';
import { parseRedisAddress } from '../../../src/sidecar/limit-redis/address.ts';
import type { RedisCredentials } from '../../../src/sidecar/limit-redis/client.ts';
import type { RedisFault } from '../../../src/sidecar/limit-redis/faults.ts';
import {
  openSharedStore,
  type SharedStore,
  type SharedStoreOptions,
} from '../../../src/sidecar/limit-redis/shared-store.ts';
import { waitFor } from '../../support/wait.ts';

/** Milliseconds, so long that nothing comes back during a test. */
export const HOUR = 3_600_000;

export const now = () => performance.now();

export const NO_CREDENTIALS: RedisCredentials = {
  tls: { ca: undefined, cert: undefined, key: undefined },
  password: undefined,
};

/** A store of shared limits as `serve` has it, and the changes of its state. */
export interface OpenedStore extends SharedStore {
  readonly changes: readonly string[];
  /** Faults that were told while limits were decided without Redis. */
  readonly faults: readonly RedisFault[];
  /** Ends of renewals: `used`, or a fault. */
  readonly renewals: readonly string[];
  readonly results: Readonly<Record<'ok' | 'late' | 'failed', number>>;
}

/** Opens a store; it is closed with the stack. */
export async function openStore(
  url: string,
  stack: AsyncDisposableStack,
  options: Partial<SharedStoreOptions> = {},
): Promise<OpenedStore> {
  const { address, problem } = parseRedisAddress(url);
  if (address === undefined) throw new Error(problem);
  const changes: string[] = [];
  const faults: RedisFault[] = [];
  const renewals: string[] = [];
  const results = { ok: 0, late: 0, failed: 0 };
  const store = await openSharedStore({
    address,
    credentials: NO_CREDENTIALS,
    prefix: 'lictor',
    // Long, since the machine of a test may be busy.
    timeout: 1000,
    replicas: 1,
    replica: randomUUID(),
    shares: createLocalStore({ maxKeys: 1000, seed: [1, 2] }),
    clock: () => performance.now(),
    date: () => Date.now(),
    random: Math.random,
    onChange: (state) => changes.push(state),
    onFault: (fault) => faults.push(fault),
    onRenewal: (fault) => renewals.push(fault?.fault ?? 'used'),
    onCommand: (result) => {
      results[result] += 1;
    },
    ...options,
  });
  stack.defer(() => store.close());
  return Object.assign(store, { changes, faults, renewals, results });
}

/** Resolves when the store has Redis. */
export async function connected(store: SharedStore): Promise<void> {
  const isClosed = () => (store.status().state === 'closed' ? true : undefined);
  await waitFor(isClosed, { what: 'a store that counts in Redis', timeout: 20_000 });
}

/** A shared limit of so many units in a time, in milliseconds. */
export function sharedLimit(
  count: number,
  period: number,
  shared: Partial<SharedLimit> = {},
  burst: number = count,
): Limit {
  return {
    id: 'orders/each',
    rate: { count, period },
    burst,
    shared: { mode: 'exact', onStoreFailure: 'local', ...shared },
  };
}
