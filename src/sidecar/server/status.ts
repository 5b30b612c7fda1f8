import { PROXY_NOTICES, type ProxyNotice } from '../../engine/envoy/proxy-observer.ts';
import type { IssuerStatus } from '../../engine/identity/key-ring.ts';
import type { LimitUse } from '../../engine/limit/local-store.ts';
import type { SharedStoreStatus } from '../limit-redis/shared-store.ts';
import type { LivePolicies } from '../loading/live-policies.ts';
import type { CandidateStatus } from './candidate-status.ts';
import { type ActiveStatus, activeOf, lastReloadOf, type ReloadStatus, timeText } from './policies-status.ts';
import { packageVersion } from './version.ts';

/** Content of `/v1/status`. Times are RFC 3339. */
export interface Status {
  readonly version: string;
  readonly started_at: string;
  /** As for `/readyz`. */
  readonly ready: boolean;
  /** Name of the Environment document that applies; empty if the folder has none. */
  readonly environment: string;
  /** Null before the first policy set is live. */
  readonly active: ActiveStatus | null;
  /** Null without `--candidate`. */
  readonly candidate: CandidateStatus | null;
  /** Null before the end of the first attempt. */
  readonly last_reload: ReloadStatus | null;
  readonly issuers: readonly IssuerStatus[];
  readonly limits: {
    readonly store: 'local' | 'redis';
    readonly healthy: boolean;
    /** Null without `--redis`. */
    readonly redis: SharedStoreStatus | null;
    /** Limits that were used in this process, as `POLICY/LIMIT`, those that estimate most first; at most 100. */
    readonly used: readonly { readonly name: string; readonly keys: number; readonly estimated: number }[];
  };
  readonly proxy: {
    /** Signs that the proxy is configured in another way than Lictor assumes, since the start. */
    readonly notices: readonly { readonly notice: ProxyNotice; readonly message: string }[];
  };
}

/** Parts of the server that the status is collected from. */
export interface StatusSources {
  readonly store: LivePolicies;
  readonly candidate: CandidateStatus | undefined;
  readonly isReady: boolean;
  readonly issuers: readonly IssuerStatus[];
  readonly limits: readonly LimitUse[];
  readonly notices: readonly ProxyNotice[];
  readonly sharedLimits: SharedStoreStatus | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** Collects the status. */
export function statusOf(sources: StatusSources): Status {
  const { store, candidate, isReady, issuers, limits, notices, sharedLimits, startedAt } = sources;
  return {
    version: packageVersion(),
    started_at: timeText(startedAt),
    ready: isReady,
    environment: store.current()?.environment ?? '',
    active: activeOf(store),
    candidate: candidate ?? null,
    last_reload: lastReloadOf(store),
    issuers,
    limits: {
      store: sharedLimits === undefined ? 'local' : 'redis',
      healthy: sharedLimits === undefined || sharedLimits.state === 'closed',
      redis: sharedLimits ?? null,
      used: mostUsed(limits),
    },
    proxy: { notices: notices.map((notice) => ({ notice, message: PROXY_NOTICES[notice] })) },
  };
}

/** Limits that the status names. */
const MOST_LIMITS = 100;

function mostUsed(limits: readonly LimitUse[]): Status['limits']['used'] {
  return limits
    .toSorted((a, b) => b.estimated - a.estimated || b.keys - a.keys)
    .slice(0, MOST_LIMITS)
    .map(({ id, keys, estimated }) => ({ name: id, keys, estimated }));
}
