import { randomBytes } from 'node:crypto';
import { createLocalStore, type LimitUse, type LocalStore } from '../../engine/limit/local-store.ts';
import type { CompiledLimit, PolicySet } from '../../engine/set/policy-set.ts';

/** Share of the keys that limits of shadow policies have in addition. */
const SHADOW_SHARE = 1 / 5;

/** The stores of limits of one sidecar. */
export interface LimitStores {
  readonly limits: LocalStore;
  /** Apart from `limits`, so that the keys of shadow policies never take the room of keys that decide. */
  readonly shadowLimits: LocalStore;
  /** Counts by the limits of a policy set that becomes live. */
  follow(set: Pick<PolicySet, 'policies'>): void;
  /** The limits that decide, by use. */
  uses(): readonly LimitUse[];
}

/** `maxKeys`: number of keys of limits that decide. `monotonic`: the clock by which they count, milliseconds. */
export function createLimitStores(maxKeys: number, monotonic: () => number): LimitStores {
  const seed = [randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE()] as const;
  const limits = createLocalStore({ maxKeys, seed });
  const shadowLimits = createLocalStore({ maxKeys: maxKeys * SHADOW_SHARE, seed });
  return {
    limits,
    shadowLimits,
    follow(set) {
      const now = monotonic();
      limits.follow(limitsOf(set, 'enforce'), now);
      shadowLimits.follow(limitsOf(set, 'shadow'), now);
    },
    uses: limits.uses,
  };
}

function limitsOf({ policies }: Pick<PolicySet, 'policies'>, wanted: 'enforce' | 'shadow'): CompiledLimit[] {
  return policies.flatMap(({ mode, firstLimits, lastLimits }) =>
    mode === wanted ? [...firstLimits, ...lastLimits] : [],
  );
}
