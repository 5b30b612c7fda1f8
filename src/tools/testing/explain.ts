import type { Program } from '../../cel/interpret/program.ts';
import { type Decision, isAllow } from '../../engine/decision/decide.ts';
import type { Identity } from '../../engine/decision/identities.ts';
import type {
  AuthenticationEvent,
  Effect,
  LimitEvent,
  PolicyEvent,
  ResponseEvent,
  RuleEvent,
  SchemaEvent,
  Step,
} from '../../engine/decision/trace.ts';
import type { MatchEntryResult } from '../../engine/set/match.ts';
import type {
  CompiledLimit,
  CompiledPolicy,
  CompiledRule,
  CompiledSchema,
  PolicySet,
  SourceLocation,
} from '../../engine/set/policy-set.ts';
import type { PolicyLocations } from '../../policy/compile/policy-locations.ts';
import { admittedText, callersText, refusedText } from './caller-text.ts';
import { type Evaluation, failed } from './evaluation.ts';
import {
  entryText,
  jwtText,
  limitText,
  mismatchText,
  mtlsText,
  namedPeersText,
  type RuleOfPolicy,
  rulesOf,
} from './match-text.ts';
import { RESPONSE_CHANGES } from './response-changes.ts';
import type { TraceRecording } from './trace-recording.ts';

/** Result of one part of a policy. */
type State =
  /** It selects the request, holds, or let it through. */
  | 'yes'
  /** It does not. */
  | 'no'
  /** An expression of it failed. */
  | 'failed'
  /** The decision was made before it was evaluated. */
  | 'not evaluated';

/** One part of a policy and its result. */
export interface Finding {
  readonly policy: string;
  /** Name of the part, such as `deny no-trace`; its policy is beside it. */
  readonly what: string;
  readonly source: SourceLocation;
  readonly state: State;
  /** In a few words. */
  readonly why: string;
  /** True if it made the decision. */
  readonly decided: boolean;
  readonly evaluations: readonly Evaluation[];
}

/** The findings of a decision, by step. */
export type Explanation = Readonly<Record<Step, readonly Finding[]>>;

/** The decision that a recording is about. */
export interface ExplainedDecision {
  readonly set: PolicySet;
  readonly recording: TraceRecording;
  readonly decision: Decision;
  /** Undefined: the file of the policy cannot be read any more. */
  readonly locationsIn: (policy: CompiledPolicy) => PolicyLocations | undefined;
}

/** Explains a decision by what its trace reported; what was not reported was not evaluated. */
export function explain(explained: ExplainedDecision): Explanation {
  return new Explainer(explained).explain();
}

const NOT_EVALUATED = { state: 'not evaluated', why: '', evaluations: [], decided: false } as const;

class Explainer {
  readonly #explained: ExplainedDecision;
  readonly #recording: TraceRecording;
  readonly #locations = new Map<CompiledPolicy, PolicyLocations | undefined>();

  constructor(explained: ExplainedDecision) {
    this.#explained = explained;
    this.#recording = explained.recording;
  }

  explain(): Explanation {
    const reported = new Map(this.#recording.of('policy').map((event) => [event.policy, event]));
    const events = this.#explained.set.policies.flatMap((policy) => reported.get(policy) ?? []);
    const applying = events.filter(({ result }) => result !== 'does_not_apply').map(({ policy }) => policy);
    const each = (find: (policy: CompiledPolicy) => readonly Finding[]): readonly Finding[] =>
      applying.flatMap((policy) => find(policy).map((finding) => labelled(policy.mode, finding)));
    return {
      policies: events.map((event) => this.#policy(event)),
      required_headers: each((policy) => this.#headers(policy)),
      first_limits: each((policy) => policy.firstLimits.map((limit) => this.#limit(policy, limit))),
      authentication: each((policy) => this.#authentication(policy)),
      deny_rules: applying.flatMap((policy) => this.#rules(policy, 'deny')),
      allow_rules: applying.flatMap((policy) => this.#rules(policy, 'allow')),
      schemas: each((policy) => policy.schemas.map((schema, index) => this.#schema(policy, schema, index))),
      limits: each((policy) => policy.lastLimits.map((limit) => this.#limit(policy, limit))),
      response: each((policy) => this.#response(policy)),
    };
  }

  get #applying(): readonly CompiledPolicy[] {
    const applying = this.#recording.of('policy').filter(({ result }) => result === 'applies');
    return applying.map(({ policy }) => policy);
  }

  #policy({ policy, entries, result }: PolicyEvent): Finding {
    const state = STATE_OF_POLICY[result];
    const { why, evaluations } = this.#match(entries);
    return {
      policy: policy.name,
      what: '',
      source: policy.source,
      state,
      why: policy.mode === 'shadow' ? `in shadow, ${why}` : why,
      // A match that failed denies as its policy, without a rule.
      decided: state === 'failed' && this.#decided(policy, ''),
      evaluations: [...evaluations, ...this.#variables(policy)],
    };
  }

  #variables({ variables }: CompiledPolicy): readonly Evaluation[] {
    return [...variables].flatMap(([name, program]) =>
      this.#recording.evaluationsOf(program, `variables.${name}`),
    );
  }

  #headers(policy: CompiledPolicy): Finding[] {
    const events = this.#recording.of('header').filter((event) => event.policy === policy);
    const source = this.#locationsIn(policy)?.requireHeaders ?? policy.source;
    return policy.requiredHeaders.map((header) => {
      const named = { policy: policy.name, what: header, source };
      const event = events.find(({ name }) => name === header);
      if (event === undefined) return { ...named, ...NOT_EVALUATED };
      const { cause } = event;
      if (cause === undefined) return { ...named, ...NOT_EVALUATED, state: 'yes', why: 'is there' };
      return {
        ...named,
        ...NOT_EVALUATED,
        state: 'no',
        why: cause.detail,
        decided: this.#decided(policy, ''),
      };
    });
  }

  #limit(policy: CompiledPolicy, limit: CompiledLimit): Finding {
    const event = this.#recording.of('limit').find((each) => each.limit === limit);
    const source = this.#locationsIn(policy)?.limit(limit.name) ?? policy.source;
    const named = { policy: policy.name, what: limit.name, source };
    const evaluations = [
      ...this.#recording.evaluationsOf(limit.when, 'when'),
      ...this.#recording.evaluationsOf(limit.cost, 'cost'),
      ...limit.key.flatMap((key) => this.#recording.evaluationsOf(key, 'key')),
    ];
    if (event === undefined) return { ...named, ...NOT_EVALUATED, why: limitText(limit) };
    const { state, why } = limitResult(event, evaluations);
    return { ...named, state, why, evaluations, decided: this.#decided(policy, limit.name) };
  }

  #authentication(policy: CompiledPolicy): Finding[] {
    const { name, mtls, jwt, namedPeers, callers } = policy;
    const places = this.#locationsIn(policy);
    const events = this.#recording.of('authentication').filter((event) => event.policy === policy);
    const finding = (what: 'mtls' | 'jwt' | 'from', wanted: string, reasons: RegExp): Finding => {
      const named = { policy: name, what, source: places?.[what] ?? policy.source };
      const event = events.find(({ requirement }) => requirement === what);
      if (event === undefined) return { ...named, ...NOT_EVALUATED, why: wanted };
      const decided = this.#decided(policy, '') && reasons.test(this.#explained.decision.reason);
      return { ...named, ...authenticationResult(event, wanted), evaluations: [], decided };
    };
    return [
      ...(mtls === undefined ? [] : [finding('mtls', mtlsText(mtls), /^peer_/)]),
      ...(namedPeers === undefined
        ? []
        : [finding('mtls', namedPeersText(namedPeers, this.#applying), /^peer_/)]),
      ...(jwt === undefined ? [] : [finding('jwt', jwtText(jwt), /^(token_|keys_)/)]),
      ...(callers === undefined ? [] : [finding('from', callersText(callers), /^caller_not_allowed$/)]),
    ];
  }

  #rules(policy: CompiledPolicy, effect: Effect): Finding[] {
    const rules = rulesOf(policy).filter((each) => each.effect === effect);
    return rules.map((each) => labelled(each.mode, this.#rule(policy, each)));
  }

  #rule(policy: CompiledPolicy, { rule, effect }: RuleOfPolicy): Finding {
    const named = { policy: policy.name, what: `${effect} ${rule.name}`, source: rule.source };
    const event = this.#recording.of('rule').find((each) => each.rule === rule);
    if (event === undefined) return { ...named, ...NOT_EVALUATED };
    const matched = this.#match(event.entries);
    const own = [
      ...this.#recording.evaluationsOf(rule.when, 'when'),
      ...this.#recording.evaluationsOf(programOf(rule.status), 'status'),
      ...this.#recording.evaluationsOf(programOf(rule.message), 'message'),
    ];
    const { state, why } = ruleResult(event, matched.why, own);
    const evaluations = [...matched.evaluations, ...own];
    return { ...named, state, why, evaluations, decided: this.#decided(policy, rule.name) };
  }

  #schema(policy: CompiledPolicy, schema: CompiledSchema, index: number): Finding {
    const source = this.#locationsIn(policy)?.schema(index) ?? policy.source;
    const named = { policy: policy.name, what: schema.kind, source };
    const event = this.#recording.of('schema').find((each) => each.schema === schema);
    if (event === undefined) return { ...named, ...NOT_EVALUATED };
    const matched = this.#match(event.entries);
    const { state, why } = schemaResult(event, matched.why);
    const { policy: by, reason } = this.#explained.decision;
    const decided = event.result === 'denied' && by === policy.name && reason === event.cause?.reason;
    return { ...named, state, why, evaluations: matched.evaluations, decided };
  }

  #response(policy: CompiledPolicy): Finding[] {
    const events = this.#recording.of('response').filter((event) => event.policy === policy);
    return events.map((event) => this.#change(event));
  }

  /** One change that a policy made, or that failed. */
  #change({ policy, change, name, value, cause }: ResponseEvent): Finding {
    const { text, to } = RESPONSE_CHANGES[change];
    const state = cause === undefined ? 'yes' : 'failed';
    return {
      policy: policy.name,
      what: `${text} ${name}`,
      source: this.#locationsIn(policy)?.[to] ?? policy.source,
      state,
      why: cause?.fault?.message ?? cause?.detail ?? (typeof value === 'string' ? value : ''),
      decided: state === 'failed' && policy.mode === 'enforce',
      evaluations: typeof value === 'object' ? this.#recording.evaluationsOf(value, name) : [],
    };
  }

  /** The reason why the entries of a match selected the request, or did not. */
  #match(results: readonly MatchEntryResult[]): Pick<Finding, 'why' | 'evaluations'> {
    const evaluations = results.flatMap(({ entry, result }) =>
      result === 'host' || result === 'method' || result === 'path'
        ? []
        : this.#recording.evaluationsOf(entry.when, 'when'),
    );
    const last = results.at(-1);
    if (last === undefined) return { why: 'every request', evaluations };
    if (last.result === 'selected') return { why: entryText(last.entry), evaluations };
    if (last.result === 'failed') {
      return { why: `\`when\` failed: ${failureOf(evaluations) ?? 'for an unknown reason'}`, evaluations };
    }
    const reasons = results.map(({ entry, result }) => mismatchText(entry, result));
    return { why: [...new Set(reasons)].join('; '), evaluations };
  }

  #locationsIn(policy: CompiledPolicy): PolicyLocations | undefined {
    if (!this.#locations.has(policy)) {
      this.#locations.set(policy, this.#explained.locationsIn(policy));
    }
    return this.#locations.get(policy);
  }

  #decided({ name }: CompiledPolicy, rule: string): boolean {
    const { policy, rule: by } = this.#explained.decision;
    return policy === name && by === rule;
  }
}

const STATE_OF_POLICY = { applies: 'yes', does_not_apply: 'no', failed: 'failed' } as const satisfies Record<
  PolicyEvent['result'],
  State
>;

type Result = Pick<Finding, 'state' | 'why'>;

function limitResult({ limit, result, remaining }: LimitEvent, evaluations: readonly Evaluation[]): Result {
  const text = limitText(limit);
  switch (result) {
    case 'taken':
      return { state: 'yes', why: `${text}: ${remaining} left` };
    case 'not_taken':
      return { state: 'yes', why: `${text}: ${remaining} left, nothing taken as another limit is used up` };
    case 'exhausted':
      return { state: 'no', why: `${text}: used up` };
    case 'not_counted':
      return { state: 'yes', why: `${text}: does not count this request` };
    case 'failed': {
      const failing = evaluations.find(({ outcome }) => failed(outcome));
      const role = failing === undefined ? 'cost' : failing.role;
      return { state: 'failed', why: `\`${role}\` failed: ${failureOf(evaluations) ?? 'out of range'}` };
    }
  }
}

function authenticationResult(event: AuthenticationEvent, wanted: string): Result {
  const { cause, policy } = event;
  if (event.requirement === 'from' && cause !== undefined && policy.callers !== undefined)
    return { state: 'no', why: refusedText(policy.callers, event.identity) };
  if (event.requirement === 'jwt' && event.token !== undefined) {
    const { issuerName, subject } = event.token;
    return { state: 'yes', why: `${wanted}: one of ${issuerName}, subject ${subject || '(none)'}` };
  }
  if (cause === undefined) return { state: 'yes', why: wanted };
  if (event.requirement === 'jwt' && cause.reason === 'token_missing' && !event.required) {
    return { state: 'yes', why: `${wanted}: there is none` };
  }
  return { state: 'no', why: `${wanted}: ${cause.detail}` };
}

function matchedText({ callers, when }: CompiledRule, identity: Identity): string {
  const named = callers === undefined ? '' : admittedText(callers, identity);
  if (named === '') return when === undefined ? 'no condition' : 'true';
  return when === undefined ? named : `${named}; true`;
}

function ruleResult(
  { rule, result, identity }: RuleEvent,
  matchWhy: string,
  own: readonly Evaluation[],
): Result {
  switch (result) {
    case 'expired':
      return { state: 'no', why: `ended ${new Date(rule.expires ?? 0).toISOString()}` };
    case 'not_selected':
      return { state: 'no', why: matchWhy };
    case 'other_caller':
      return { state: 'no', why: rule.callers === undefined ? '' : refusedText(rule.callers, identity) };
    case 'matched':
      return { state: 'yes', why: matchedText(rule, identity) };
    case 'false':
      return { state: 'no', why: 'false' };
    case 'failed':
      return { state: 'failed', why: failureOf(own) ?? matchWhy };
  }
}

function schemaResult(event: SchemaEvent, matchWhy: string): Result {
  const { result, schema, operation, cause } = event;
  const of = operation === undefined ? '' : `${operation}: `;
  switch (result) {
    case 'accepted':
      return { state: 'yes', why: acceptedText(event) };
    case 'denied':
      return { state: 'no', why: of + (cause?.detail ?? `the ${SUBJECTS[schema.kind]} does not fit`) };
    case 'not_selected':
      return { state: 'no', why: matchWhy };
    case 'failed':
      return { state: 'failed', why: matchWhy };
  }
}

const SUBJECTS = { body: 'body', messages: 'call', openapi: 'request' } as const satisfies Record<
  CompiledSchema['kind'],
  string
>;

function acceptedText({ schema, operation }: SchemaEvent): string {
  if (schema.kind === 'body') return 'the body fits';
  if (operation !== undefined) return `fits ${operation}`;
  return schema.kind === 'messages' ? 'no method, which is allowed' : 'no operation, which is allowed';
}

function programOf(value: CompiledRule['status'] | CompiledRule['message']): Program | undefined {
  return typeof value === 'object' ? value : undefined;
}

/** The message of the first evaluation that failed. */
function failureOf(evaluations: readonly Evaluation[]): string | undefined {
  for (const { outcome } of evaluations) if (failed(outcome)) return outcome.message;
  return undefined;
}

/** A finding about a part that does not decide says so. */
function labelled(mode: CompiledPolicy['mode'], finding: Finding): Finding {
  if (mode !== 'shadow' || finding.state === 'not evaluated') return finding;
  return { ...finding, why: ['in shadow', finding.why].filter((part) => part !== '').join(': ') };
}

/** The sentence for the caller; empty for an allow. */
export function denialDetail({ outcome }: Decision): string {
  return isAllow(outcome) ? '' : outcome.detail;
}
