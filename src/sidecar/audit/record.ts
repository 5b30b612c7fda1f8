import type { Decision } from '../../engine/decision/decide.ts';
import type { CandidateVerdict } from '../../engine/decision/outcome.ts';
import type { SpanReference } from '../../engine/request/traceparent.ts';
import { MAX_TEXT, type RECORD_FIELDS, RECORD_VERSION, type RecordOf } from './record-fields.ts';

/** Record of one decision as it is written. */
export type DecisionRecord = RecordOf<typeof RECORD_FIELDS>;

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
  | 'candidate'
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
  const {
    request,
    source,
    destination,
    revision,
    environment,
    caller,
    jwt,
    controls,
    limits,
    shadow,
    candidate,
  } = decision;
  return {
    v: RECORD_VERSION,
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
    ...(candidate === undefined ? {} : { candidate: candidateRecord(candidate) }),
  };
}

function candidateRecord({ commit, decision, reason, policy, rule }: CandidateVerdict) {
  return { commit, decision, reason, policy, rule };
}

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
