import { authenticatePeer } from '../../engine/decision/authenticate.ts';
import { isAllow } from '../../engine/decision/decide.ts';
import { RequestContext } from '../../engine/decision/request-context.ts';
import type { MatchInput } from '../../engine/set/match.ts';
import type {
  CompiledLimit,
  CompiledMatch,
  CompiledPolicy,
  CompiledRule,
  CompiledSchema,
  PolicySet,
  SourceLocation,
} from '../../engine/set/policy-set.ts';
import type { PolicyLocations } from '../../policy/compile/policy-locations.ts';
import { type Evaluation, failed, type Watch } from './evaluations.ts';
import { entryText, jwtText, limitText, misfit, mtlsText, rulesOf } from './match-text.ts';
import { responsePartsOf } from './response-parts.ts';
import type { PreparedRequest, SimulationResult } from './simulate.ts';

/** How a piece of a policy came out. */
export type State =
  /** It selects the request, holds, or let it through. */
  | 'yes'
  /** It does not. */
  | 'no'
  /** An expression of it failed. */
  | 'failed'
  /** The decision was made before it was asked. */
  | 'not asked';

/** One piece of a policy and how it came out. */
export interface Finding {
  readonly policy: string;
  /** What it is, such as `deny no-trace`; its policy is beside it. */
  readonly what: string;
  readonly source: SourceLocation;
  readonly state: State;
  /** In a few words. */
  readonly why: string;
  /** Whether it made the decision. */
  readonly decided: boolean;
  readonly evaluations: readonly Evaluation[];
}

/** Everything that led to one decision, station by station. */
export interface Explanation {
  /** Every policy of the folder, whether it governs the request or not. */
  readonly selection: readonly Finding[];
  readonly firstLimits: readonly Finding[];
  readonly authentication: readonly Finding[];
  readonly rules: readonly Finding[];
  readonly schemas: readonly Finding[];
  readonly limits: readonly Finding[];
  readonly responses: readonly Finding[];
}

/** Puts together what the watch saw while the request was decided; `set` is what the watch was made of. */
export async function explain(
  set: PolicySet,
  watch: Watch,
  prepared: PreparedRequest,
  answered: SimulationResult,
  placesIn: (policy: CompiledPolicy) => PolicyLocations | undefined,
): Promise<Explanation> {
  const facts = new RequestContext(prepared.attributes, prepared.now, set, prepared.services);
  const at = new Explainer(watch, facts, answered, placesIn);
  const selection = set.policies.map((policy) => at.selection(policy));
  const shadows = new Set(set.policies.filter(({ mode }) => mode === 'shadow').map(({ name }) => name));
  const labelled = (findings: readonly Finding[]): readonly Finding[] =>
    findings.map((each) =>
      shadows.has(each.policy) && each.state !== 'not asked'
        ? { ...each, why: ['in shadow', each.why].filter((part) => part !== '').join(': ') }
        : each,
    );
  const applying = set.policies.filter((_, index) => {
    const state = selection[index]?.state;
    return state === 'yes' || state === 'failed';
  });
  const rules = applying
    .flatMap((policy) => rulesOf(policy).map(({ effect, rule }) => at.rule(policy, rule, effect)))
    .toSorted((a, b) => Number(a.what.startsWith('allow')) - Number(b.what.startsWith('allow')));
  const authentication = await Promise.all(applying.map((policy) => at.authentication(policy, prepared)));
  return {
    selection,
    firstLimits: labelled(applying.flatMap((each) => each.firstLimits.map((limit) => at.limit(each, limit)))),
    authentication: labelled(authentication.flat()),
    rules: labelled(rules),
    schemas: labelled(applying.flatMap((each) => each.schemas.map((schema) => at.schema(each, schema)))),
    limits: labelled(applying.flatMap((each) => each.lastLimits.map((limit) => at.limit(each, limit)))),
    responses: labelled(applying.flatMap((policy) => at.responses(policy))),
  };
}

/** How the entries of a match came out. */
interface Matched {
  readonly state: State;
  readonly why: string;
  readonly evaluations: readonly Evaluation[];
}

class Explainer {
  readonly #watch: Watch;
  readonly #facts: RequestContext;
  readonly #answered: SimulationResult;
  readonly #placesIn: (policy: CompiledPolicy) => PolicyLocations | undefined;

  constructor(
    watch: Watch,
    facts: RequestContext,
    answered: SimulationResult,
    placesIn: (policy: CompiledPolicy) => PolicyLocations | undefined,
  ) {
    this.#placesIn = placesIn;
    this.#watch = watch;
    this.#facts = facts;
    this.#answered = answered;
  }

  selection(policy: CompiledPolicy): Finding {
    const matched = this.#match(policy.match);
    const shadow = policy.mode === 'shadow' ? 'in shadow' : '';
    const why = [shadow, matched.why].filter((part) => part !== '').join(', ');
    // A match that failed refuses as its policy, without a rule.
    const decided = matched.state === 'failed' && this.#decided(policy, '');
    const evaluations = [...matched.evaluations, ...this.#watch.evaluationsOf(policy.variables)];
    return { policy: policy.name, what: '', source: policy.source, ...matched, why, decided, evaluations };
  }

  async authentication(
    policy: CompiledPolicy,
    { services, attributes, now }: PreparedRequest,
  ): Promise<Finding[]> {
    const findings: Finding[] = [];
    const add = (what: 'mtls' | 'jwt', denial: string | undefined, why: string, reason: RegExp): void => {
      const state = denial === undefined ? 'yes' : 'no';
      const decided = this.#decided(policy, '') && reason.test(this.#answered.decision.reason);
      const source = this.#placesIn(policy)?.[what] ?? policy.source;
      findings.push({ policy: policy.name, what, source, state, why, decided, evaluations: [] });
    };
    if (policy.mtls !== undefined) {
      const denial = authenticatePeer(policy, this.#facts);
      const wanted = mtlsText(policy.mtls);
      add('mtls', denial?.reason, denial === undefined ? wanted : `${wanted}: ${denial.detail}`, /^peer_/);
    }
    if (policy.jwt !== undefined) {
      const { denial, token } = await services.tokens.verify(attributes, policy.jwt.issuers, now);
      const absent = denial?.reason === 'token_missing' && !policy.jwt.required;
      const held =
        token === undefined ? '' : `: one of ${token.issuerName}, subject ${token.subject || '(none)'}`;
      const told = denial === undefined ? held : absent ? ': there is none' : `: ${denial.detail}`;
      const why = jwtText(policy.jwt) + told;
      add('jwt', absent ? undefined : denial?.reason, why, /^(token_|keys_)/);
    }
    return findings;
  }

  rule(policy: CompiledPolicy, rule: CompiledRule, effect: 'allow' | 'deny'): Finding {
    const prepared = this.#watch.wasAsked(rule);
    const own = this.#watch.evaluationsOf(rule);
    const matched = prepared ? this.#match(rule.match) : NOT_ASKED;
    const finding = {
      policy: policy.name,
      what: `${effect} ${rule.name}`,
      source: rule.source,
      decided: this.#decided(policy, rule.name),
      evaluations: [...matched.evaluations, ...own],
    };
    if (rule.expires !== undefined && this.#facts.now >= rule.expires) {
      return { ...finding, state: 'no', why: `ended ${new Date(rule.expires).toISOString()}` };
    }
    if (matched.state !== 'yes') return { ...finding, state: matched.state, why: matched.why };
    const outcome = own[0]?.outcome;
    if (failed(outcome)) return { ...finding, state: 'failed', why: outcome.message };
    const why = rule.when === undefined ? 'no condition' : String(outcome);
    return { ...finding, state: outcome === false ? 'no' : 'yes', why };
  }

  limit(policy: CompiledPolicy, limit: CompiledLimit): Finding {
    const evaluations = this.#watch.evaluationsOf(limit);
    const { limits } = this.#answered.decision;
    const taken = limits.find((each) => each.policy === policy.name && each.name === limit.name);
    const failing = evaluations.find(({ outcome }) => failed(outcome));
    const finding = {
      policy: policy.name,
      what: limit.name,
      source: this.#placesIn(policy)?.limit(limit.name) ?? policy.source,
      decided: this.#decided(policy, limit.name),
      evaluations,
    };
    const told = limitText(limit);
    if (failing !== undefined && failed(failing.outcome)) {
      return { ...finding, state: 'failed', why: `\`${failing.role}\` failed: ${failing.outcome.message}` };
    }
    if (taken !== undefined) {
      const left = taken.allowed ? `${taken.remaining} left` : 'used up';
      return { ...finding, state: taken.allowed ? 'yes' : 'no', why: `${told}: ${left}` };
    }
    if (!this.#watch.wasAsked(limit)) return { ...finding, state: 'not asked', why: told };
    const counted = evaluations.some(({ role, outcome }) => role === 'when' && outcome === false);
    return { ...finding, state: 'yes', why: counted ? `${told}: does not count this request` : told };
  }

  schema(policy: CompiledPolicy, schema: CompiledSchema): Finding {
    const source = this.#placesIn(policy)?.schema(policy.schemas.indexOf(schema)) ?? policy.source;
    const finding = { policy: policy.name, what: 'body', source };
    if (!this.#watch.wasAsked(schema)) {
      return { ...finding, ...NOT_ASKED, decided: false };
    }
    const matched = this.#match(schema.match);
    const judged = this.#watch.bodyOf(schema);
    const { policy: by, reason } = this.#answered.decision;
    if (matched.state !== 'yes') return { ...finding, ...matched, decided: false };
    if (judged?.denial === undefined && judged !== undefined) {
      return { ...finding, ...matched, why: 'the body fits', decided: false };
    }
    const decided = by === policy.name && /^(body_|schema_)/.test(reason);
    const { outcome } = this.#answered.decision;
    const unjudged = decided && !isAllow(outcome) ? outcome.detail : 'the body cannot be judged';
    const why = judged?.denial?.detail ?? unjudged;
    return { ...finding, ...matched, state: 'no', why, decided };
  }

  /** What a policy did to the answer, or would have done where something of it failed. */
  responses(policy: CompiledPolicy): Finding[] {
    const { reason, policy: by } = this.#answered.decision;
    const places = this.#placesIn(policy);
    const findings: Finding[] = [];
    for (const { to, what, value, holder, name } of responsePartsOf(policy.respond)) {
      const evaluations = this.#watch.evaluationsOf(holder).filter(({ role }) => role === name);
      const outcome = evaluations[0]?.outcome;
      const applies = to === 'deny' ? by === policy.name : reason === 'allowed' && policy.mode === 'enforce';
      const wasMade = typeof value === 'object' ? evaluations.length > 0 : applies;
      if (!wasMade) continue;
      const source = places?.[to] ?? policy.source;
      const state = failed(outcome) ? 'failed' : 'yes';
      const why = failed(outcome) ? outcome.message : typeof value === 'string' ? value : '';
      const decided = failed(outcome) && policy.mode === 'enforce';
      findings.push({ policy: policy.name, what, source, state, why, decided, evaluations });
    }
    return findings;
  }

  #match(match: readonly CompiledMatch[]): Matched {
    if (match.length === 0) return { state: 'yes', why: 'every request', evaluations: [] };
    const facts: MatchInput = this.#facts.matching;
    const reasons: string[] = [];
    const evaluations: Evaluation[] = [];
    for (const entry of match) {
      const reason = misfit(entry, facts);
      if (reason !== undefined) {
        reasons.push(reason);
        continue;
      }
      if (entry.when === undefined) return { state: 'yes', why: entryText(entry), evaluations };
      const [evaluation] = this.#watch.evaluationsOf(entry);
      if (evaluation === undefined) return { ...NOT_ASKED, evaluations };
      evaluations.push(evaluation);
      if (evaluation.outcome === true) return { state: 'yes', why: entryText(entry), evaluations };
      if (failed(evaluation.outcome)) {
        return { state: 'failed', why: `\`when\` failed: ${evaluation.outcome.message}`, evaluations };
      }
      reasons.push('`when` does not hold');
    }
    return { state: 'no', why: [...new Set(reasons)].join('; '), evaluations };
  }

  #decided({ name }: CompiledPolicy, rule: string): boolean {
    const { policy, rule: by } = this.#answered.decision;
    return policy === name && by === rule;
  }
}

const NOT_ASKED: Matched = { state: 'not asked', why: '', evaluations: [] };
