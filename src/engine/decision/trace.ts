import type { Activation, EvaluationError, Part, Program, Value } from '../../cel/interpret/program.ts';
import type { VerifiedToken } from '../identity/verified-token.ts';
import type { MatchEntryResult } from '../set/match.ts';
import type { CompiledLimit, CompiledPolicy, CompiledRule, CompiledSchema } from '../set/policy-set.ts';
import type { DenialCause } from './denial-cause.ts';
import type { Identity } from './identities.ts';

/**
 * Receiver of the steps of one decision, for tools that explain decisions or measure tests. Serving passes none: then
 * no event is made. A decision is the same with and without a trace.
 */
export interface DecisionTrace {
  /** True: expressions are interpreted, some hundred times slower, and evaluations hold the value of each part. */
  readonly wantsParts: boolean;
  report(event: TraceEvent): void;
}

/**
 * The steps of a decision, in order. Shadow policies go through them after the answer, one policy at a time, and shadow
 * rules are reported then.
 */
export const STEPS = [
  'policies',
  'required_headers',
  'first_limits',
  'authentication',
  'deny_rules',
  'allow_rules',
  'schemas',
  'limits',
  'response',
] as const;

export type Step = (typeof STEPS)[number];

export type TraceEvent =
  | PolicyEvent
  | HeaderEvent
  | LimitEvent
  | AuthenticationEvent
  | RuleEvent
  | SchemaEvent
  | ResponseEvent
  | VerdictEvent
  | EvaluationEvent;

/** Reported once for every policy of the set. */
export interface PolicyEvent {
  readonly kind: 'policy';
  readonly policy: CompiledPolicy;
  /** Results of the entries of its `match` until one selected the request or failed; empty if it has no `match`. */
  readonly entries: readonly MatchEntryResult[];
  readonly result: 'applies' | 'does_not_apply' | 'failed';
}

/** One header of `requireHeaders`. */
interface HeaderEvent {
  readonly kind: 'header';
  readonly policy: CompiledPolicy;
  readonly name: string;
  /** Undefined: the request has the header. */
  readonly cause: DenialCause | undefined;
}

export interface LimitEvent {
  readonly kind: 'limit';
  readonly step: 'first_limits' | 'limits';
  readonly policy: CompiledPolicy;
  readonly limit: CompiledLimit;
  /** `not_counted`: its `when` is false. `not_taken`: another limit of the request is used up. */
  readonly result: 'not_counted' | 'taken' | 'not_taken' | 'exhausted' | 'failed';
  /** Units left in the bucket; undefined if the bucket was not asked. */
  readonly remaining: number | undefined;
}

/** One requirement for the caller: `mtls` or `jwt` of `authenticate`, or `from` and `except` of the policy together. */
export type AuthenticationEvent = {
  readonly kind: 'authentication';
  readonly policy: CompiledPolicy;
  /** Undefined: the requirement holds. A token that is absent and not required has the cause `token_missing`. */
  readonly cause: DenialCause | undefined;
} & (
  | { readonly requirement: 'mtls'; readonly principal: string }
  | { readonly requirement: 'from'; readonly identity: Identity }
  | { readonly requirement: 'jwt'; readonly token: VerifiedToken | undefined; readonly required: boolean }
);

export type Effect = 'allow' | 'deny';

export interface RuleEvent {
  readonly kind: 'rule';
  readonly policy: CompiledPolicy;
  readonly rule: CompiledRule;
  readonly effect: Effect;
  /** Results of the entries of the rule's own `match`. */
  readonly entries: readonly MatchEntryResult[];
  /** `other_caller`: its `from` and `except` do not let the caller through. */
  readonly result: 'matched' | 'false' | 'not_selected' | 'other_caller' | 'expired' | 'failed';
  /** The caller that `from` and `except` of the rule are compared with. */
  readonly identity: Identity;
}

export interface SchemaEvent {
  readonly kind: 'schema';
  readonly policy: CompiledPolicy;
  readonly schema: CompiledSchema;
  readonly entries: readonly MatchEntryResult[];
  readonly result: 'accepted' | 'denied' | 'not_selected' | 'failed';
  /** The operation of an OpenAPI document that the request is for; undefined for another schema, or if it has none. */
  readonly operation: string | undefined;
  readonly cause: DenialCause | undefined;
}

/** One change to the request or the answer, or one that failed. */
export interface ResponseEvent {
  readonly kind: 'response';
  readonly policy: CompiledPolicy;
  readonly change: ResponseChange;
  readonly name: string;
  /** Program or text of the policy; undefined: the name is removed. */
  readonly value: string | Program | undefined;
  readonly cause: DenialCause | undefined;
}

export type ResponseChange =
  | 'request_header_remove'
  | 'request_header_set'
  | 'request_header_append'
  | 'response_header_set'
  | 'response_header_append'
  | 'query_remove'
  | 'query_set'
  | 'metadata_set'
  | 'deny_header_set'
  | 'deny_body';

/** The last event of the enforcing policies, of each shadow policy, and of each shadow rule. */
interface VerdictEvent {
  readonly kind: 'verdict';
  /** The shadow policy, or the policy of the shadow rule; undefined: the enforcing policies together. */
  readonly shadow: CompiledPolicy | undefined;
  /** Undefined: allowed. */
  readonly cause: DenialCause | undefined;
}

/** Value of one part of an expression. */
export interface PartOutcome {
  readonly part: Part;
  readonly outcome: Value | EvaluationError;
}

/** Reported when an expression was evaluated, before the event of the step that asked for it. */
export interface EvaluationEvent {
  readonly kind: 'evaluation';
  /** The object of the policy set; each place that holds an expression has its own. */
  readonly program: Program;
  readonly outcome: Value | EvaluationError;
  /** Each after those that it consists of; empty unless the trace wants parts. */
  readonly parts: readonly PartOutcome[];
}

/** Evaluates, and reports if there is a trace. */
export function evaluateTraced(
  program: Program,
  activation: Activation,
  trace: DecisionTrace | undefined,
): Value | EvaluationError {
  if (trace === undefined) return program.evaluate(activation);
  const parts: PartOutcome[] = [];
  const outcome = trace.wantsParts
    ? program.trace(activation, (part, value) => void parts.push({ part, outcome: value }))
    : program.evaluate(activation);
  trace.report({ kind: 'evaluation', program, outcome, parts });
  return outcome;
}
