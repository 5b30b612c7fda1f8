import type { Decision } from '../../engine/decision/decide.ts';
import type { SpanReference } from '../../engine/request/traceparent.ts';

/** Record of one decision as it is written. Its members and their order are part of the public interface. */
export interface DecisionRecord {
  /** RFC 3339, UTC, microseconds. */
  readonly time: string;
  readonly decision_id: string;
  readonly decision: 'allow' | 'deny';
  readonly reason: string;
  readonly status: number;
  readonly mode: 'enforce';
  readonly policy: string;
  readonly rule: string;
  /** null only before the first policy set is live. */
  readonly revision: Decision['revision'] | null;
  readonly environment?: string;
  readonly request: {
    readonly id: string;
    readonly method: string;
    readonly host: string;
    readonly path: string;
  };
  readonly source: { readonly principal: string; readonly address: string };
  /** The peer that a policy accepted, with its way: `connection`, or `xfcc` if a proxy reported it. */
  readonly caller?: { readonly principal: string; readonly via: 'connection' | 'xfcc' };
  readonly destination: { readonly principal: string };
  readonly jwt?: { readonly issuer: string; readonly subject: string };
  readonly trace_id: string;
  readonly span_id: string;
  /** Whole microseconds. */
  readonly duration_us: number;
  readonly controls?: readonly string[];
  readonly limits?: readonly {
    readonly policy: string;
    readonly name: string;
    readonly remaining: number;
    /** Absent if the store of the limit has answered. */
    readonly without_store?: 'share' | 'unavailable';
  }[];
  readonly shadow?: readonly {
    /** Present for a shadow rule. */
    readonly of?: 'rule';
    readonly policy: string;
    readonly rule: string;
    readonly decision: 'allow' | 'deny';
    readonly reason: string;
  }[];
}

/** The parts of a decision that its record has. */
export type Recorded = Pick<
  Decision,
  | 'id'
  | 'time'
  | 'duration'
  | 'reason'
  | 'status'
  | 'policy'
  | 'rule'
  | 'revision'
  | 'environment'
  | 'source'
  | 'destination'
  | 'caller'
  | 'jwt'
  | 'controls'
  | 'limits'
  | 'shadow'
> & { readonly request: Pick<Decision['request'], 'id' | 'method' | 'host' | 'path'> };

function limitRecord({ policy, name, remaining, withoutStore }: Recorded['limits'][number]) {
  const record = { policy, name, remaining };
  return withoutStore === undefined ? record : { ...record, without_store: withoutStore };
}

/**
 * The record of a decision. Texts of the caller are cut at 2,048 characters. It has no secret and no query string, since
 * a `Decision` has neither. Members without content (environment, caller, token, controls, limits, shadow verdicts) are left out.
 */
export function toRecord(decision: Recorded, trace: SpanReference): DecisionRecord {
  const { request, source, destination, revision, environment, caller, jwt, controls, limits, shadow } =
    decision;
  return {
    time: isoMicroseconds(decision.time),
    decision_id: decision.id,
    decision: decision.reason === 'allowed' ? 'allow' : 'deny',
    reason: decision.reason,
    status: decision.status,
    mode: 'enforce',
    policy: decision.policy,
    rule: decision.rule,
    revision:
      revision === undefined
        ? null
        : {
            commit: revision.commit,
            digest: revision.digest,
            dirty: revision.dirty,
            source: revision.source,
          },
    ...(environment === '' ? {} : { environment }),
    request: {
      id: cut(request.id),
      method: cut(request.method),
      host: cut(request.host),
      path: cut(request.path),
    },
    source: { principal: cut(source.principal), address: cut(source.address) },
    ...(caller === undefined ? {} : { caller: { principal: cut(caller.principal), via: caller.via } }),
    destination: { principal: cut(destination.principal) },
    ...(jwt === undefined ? {} : { jwt: { issuer: cut(jwt.issuer), subject: cut(jwt.subject) } }),
    trace_id: trace.traceId,
    span_id: trace.spanId,
    duration_us: Math.round(decision.duration),
    ...(controls.length === 0 ? {} : { controls }),
    ...(limits.length === 0 ? {} : { limits: limits.map(limitRecord) }),
    ...(shadow.length === 0
      ? {}
      : {
          shadow: shadow.map(({ of, policy, rule, decision: verdict, reason }) => ({
            ...(of === undefined ? {} : { of }),
            policy,
            rule,
            decision: verdict,
            reason,
          })),
        }),
  };
}

/** Most UTF-16 units of a text of the caller in a record. */
export const MAX_TEXT = 2048;

/** A longer text ends with an ellipsis. */
function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1).toWellFormed()}…`;
}

/** RFC 3339 of milliseconds since 1970 with fractions: `2026-06-01T12:00:00.123456Z`. */
export function isoMicroseconds(time: number): string {
  const microseconds = Math.round(time * 1000);
  const milliseconds = Math.floor(microseconds / 1000);
  const rest = String(microseconds - milliseconds * 1000).padStart(3, '0');
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${rest}Z`;
}
