import { randomBytes } from 'node:crypto';
import type { LimitStore } from '../../engine/limit/limit.ts';
import { createLocalStore, type LimitUse, type LocalStoreOptions } from '../../engine/limit/local-store.ts';
import { createScopedStore } from '../../engine/limit/scoped-store.ts';
import type { CompiledLimit, PolicySet } from '../../engine/set/policy-set.ts';
import { redisText } from '../limit-redis/address.ts';
import type { SharedStore, SharedStoreOptions } from '../limit-redis/shared-store.ts';
import type { Log } from '../telemetry/logging.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Configuration } from './configuration.ts';
import type { RedisFiles } from './redis-files.ts';

/** Share of the keys that limits of shadow policies have in addition. */
const SHADOW_SHARE = 1 / 5;

/** The stores of limits of one sidecar. */
export interface LimitStores {
  readonly limits: LimitStore;
  /**
   * Apart from `limits`, so that the keys of shadow policies never take the room of keys that decide. It counts in this
   * process, also limits that are shared.
   */
  readonly shadowLimits: LimitStore;
  /** The Redis of shared limits; undefined without `--redis`. */
  readonly shared: SharedStore | undefined;
  /** Counts by the limits of a policy set that becomes live. */
  follow(set: Pick<PolicySet, 'policies'>): void;
  /** The limits that decide and are counted in this process, by use. */
  uses(): readonly LimitUse[];
}

export interface LimitStoresOptions {
  readonly redis: RedisFiles;
  readonly log: Log;
  readonly metrics: () => Pick<Metrics, 'limitStoreAsked'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** The clock by which limits count, milliseconds. */
  readonly monotonic: () => number;
}

/** Creates the stores, with room for `--limit-keys` keys of limits that decide. */
export async function openLimitStores(
  configuration: Configuration,
  options: LimitStoresOptions,
): Promise<LimitStores> {
  const { limitKeys: maxKeys } = configuration;
  const { monotonic } = options;
  const seed = [randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE()] as const;
  const local = createLocalStore({ maxKeys, seed });
  const shadowLimits = createLocalStore({ maxKeys: maxKeys * SHADOW_SHARE, seed });
  const shared = await openShared(configuration, { maxKeys, seed }, options);
  return {
    limits: shared === undefined ? local : createScopedStore(local, shared),
    shadowLimits,
    shared,
    follow(set) {
      const now = monotonic();
      const deciding = limitsOf(set, 'enforce');
      local.follow(
        shared === undefined ? deciding : deciding.filter((limit) => limit.shared === undefined),
        now,
      );
      shared?.follow(deciding.filter((limit) => limit.shared !== undefined));
      shadowLimits.follow(limitsOf(set, 'shadow'), now);
    },
    uses: local.uses,
  };
}

/** The limits of the policies in a mode. */
export function limitsOf(
  { policies }: Pick<PolicySet, 'policies'>,
  wanted: 'enforce' | 'shadow',
): CompiledLimit[] {
  return policies.flatMap(({ mode, firstLimits, lastLimits }) =>
    mode === wanted ? [...firstLimits, ...lastLimits] : [],
  );
}

async function openShared(
  { redis, redisPrefix, redisTimeout, redisReplicas }: Configuration,
  room: LocalStoreOptions,
  { redis: { credentials }, log, metrics, monotonic, clock }: LimitStoresOptions,
): Promise<SharedStore | undefined> {
  if (redis === undefined) return undefined;
  const { openSharedStore } = await import('../limit-redis/shared-store.ts');
  return openSharedStore({
    address: redis,
    credentials,
    prefix: redisPrefix,
    timeout: redisTimeout,
    replicas: redisReplicas,
    replica: randomBytes(9).toString('base64url'),
    shares: createLocalStore(room),
    clock: monotonic,
    date: clock,
    random: Math.random,
    ...observers(redisText(redis), log),
    onCommand: (result) => metrics().limitStoreAsked(result),
  });
}

/** Logs each change of the state once, and each fault once while it lasts, however many checks they concern. */
function observers(redis: string, log: Log): Pick<SharedStoreOptions, 'onChange' | 'onFault' | 'onRenewal'> {
  const told = new Set<string>();
  let refused: string | undefined;
  return {
    onChange(state) {
      if (state !== 'closed') return;
      told.clear();
      log.info('shared limits are counted in Redis', { redis });
    },
    onFault(fault) {
      // A busy machine is late now and then, whatever else is wrong.
      if (told.has(fault.fault) || (fault.fault === 'late' && told.size > 0)) return;
      told.add(fault.fault);
      log.warn('shared limits are decided without Redis', { redis, ...fault });
    },
    onRenewal(fault) {
      if (fault === undefined)
        log.info('the files for Redis have changed, the connection uses them', { redis });
      else if (fault.fault !== refused)
        log.warn(
          'the files for Redis have changed and do not connect, the connection with the last ones stays',
          {
            redis,
            ...fault,
          },
        );
      refused = fault?.fault;
    },
  };
}
