import { diagnosticsJson } from '../../diagnostic/json.ts';
import { PROXY_NOTICES, type ProxyNotice } from '../../engine/envoy/proxy-observer.ts';
import type { IssuerStatus } from '../../engine/identity/key-ring.ts';
import type { LimitUse } from '../../engine/limit/local-store.ts';
import type { Revision } from '../../engine/set/revision.ts';
import type { SharedStoreStatus } from '../limit-redis/shared-store.ts';
import type { LivePolicies } from '../loading/live-policies.ts';
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
  readonly active: {
    readonly revision: Revision;
    readonly loaded_at: string;
    readonly policies: number;
    readonly rules: number;
  } | null;
  /** Null before the end of the first attempt. */
  readonly last_reload: {
    readonly at: string;
    readonly result: 'success' | 'failure';
    readonly errors: number;
    readonly warnings: number;
    readonly diagnostics: ReturnType<typeof diagnosticsJson>['diagnostics'];
    /** Notes about the search for the revision. */
    readonly notes: readonly string[];
  } | null;
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
  const { store, isReady, issuers, limits, notices, sharedLimits, startedAt } = sources;
  const set = store.current();
  const last = store.lastReload;
  return {
    version: packageVersion(),
    started_at: time(startedAt),
    ready: isReady,
    environment: set?.environment ?? '',
    active:
      set === undefined
        ? null
        : {
            revision: set.revision,
            loaded_at: time(store.loadedAt ?? startedAt),
            policies: set.policies.length,
            rules: set.policies.reduce(
              (sum, { allowRules, denyRules, shadowRules }) =>
                sum + allowRules.length + denyRules.length + shadowRules.length,
              0,
            ),
          },
    last_reload:
      last === undefined
        ? null
        : {
            at: time(last.at),
            // `unchanged` means that the folder equals the live set, which is a success.
            result: last.result === 'failure' ? 'failure' : 'success',
            ...diagnosticsJson(last.diagnostics),
            notes: last.notes,
          },
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

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
