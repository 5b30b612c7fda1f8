import type { IssuerStatus } from '../../engine/identity/key-ring.ts';
import type { LimitUse } from '../../engine/limit/local-store.ts';
import type { Durations } from './durations.ts';

/** Values that metrics show and that others keep; read whenever metrics are collected. */
export interface MetricsOptions {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Number of checks in flight. */
  readonly inflight: () => number;
  /** Most checks in flight. */
  readonly maxInflight: number;
  /** Time of the last fetch of the keys of each issuer, RFC 3339; null for inline keys and before the first fetch. */
  readonly issuers: () => readonly Pick<IssuerStatus, 'name' | 'source' | 'fetched_at'>[];
  /** Keys in memory of each limit that decides. */
  readonly limits: () => readonly LimitUse[];
  /** Names of the audit sinks. */
  readonly sinks: readonly string[];
  /** Part of the queue of each sink that is taken, 0 to 1. */
  readonly queues: () => readonly { readonly name: string; readonly taken: number }[];
  /** State of the store of shared limits; undefined if there is none. */
  readonly sharedLimits?: () => SharedLimits | undefined;
  /** Results of `candidateJudged`; none without a candidate. */
  readonly candidateResults?: readonly string[];
  /** Versions of Lictor and of Node. */
  readonly build: { readonly version: string; readonly node: string };
  readonly process: () => ProcessReadings;
  /** Delays of the event loop since the start. */
  readonly loopDelays: Durations;
}

interface SharedLimits {
  readonly state: string;
  readonly replicas: number;
  readonly leased_units: number;
  readonly last_error: { readonly fault: string } | null;
}

/** What the process has used. Times in seconds. */
export interface ProcessReadings {
  readonly cpu: number;
  /** Bytes. */
  readonly residentMemory: number;
  /** Since 1970. */
  readonly startTime: number;
  readonly loop: { readonly active: number; readonly idle: number };
  /** Undefined where the system does not tell. */
  readonly openFiles: number | undefined;
  readonly maxFiles: number | undefined;
}
