import { ApplicablePolicy } from '../../engine/decision/applicable-policy.ts';
import type { DenialCause } from '../../engine/decision/denial-cause.ts';
import { Identities, NOBODY } from '../../engine/decision/identities.ts';
import { LimitTake, limitTake } from '../../engine/decision/limit-take.ts';
import type { RequestContext } from '../../engine/decision/request-context.ts';
import { selectsWithin } from '../../engine/decision/select.ts';
import type { LimitStore } from '../../engine/limit/limit.ts';
import { createLocalStore } from '../../engine/limit/local-store.ts';
import { createScopedStore } from '../../engine/limit/scoped-store.ts';
import { indexOf } from '../../engine/set/policy-index.ts';
import type { CompiledLimit, CompiledPolicy, PolicySet } from '../../engine/set/policy-set.ts';
import type { RecordedDecision } from '../../sidecar/audit/read-record.ts';
import { missingAttribute, RecordedContext, recordedToken } from './recorded-context.ts';

/** Requests, by what was decided and what the limit would decide. */
export interface Outcomes {
  /** Requests that the limit counts. */
  requests: number;
  /** Refused by the limit when they were decided. */
  refusedThen: number;
  /** Refused by the limits of the folder. */
  refusedNow: number;
  /** Of those refused now, the ones that were allowed. */
  newlyRefused: number;
  /** Of those refused by the limit then, the ones that it allows now. */
  newlyAllowed: number;
}

/** Effect that a limit of the folder would have had. */
export interface LimitOutcome extends Outcomes {
  readonly policy: CompiledPolicy;
  readonly limit: CompiledLimit;
  /** By key, as a caller reads it. */
  readonly keys: Map<string, Outcomes>;
  /** Requests for which the record does not say if or how the limit counts them, by the attribute that it lacks. */
  readonly unsaid: Map<string, number>;
}

export interface WhatIfResult {
  readonly limits: readonly LimitOutcome[];
  readonly records: number;
  /** Milliseconds since 1970; undefined without records. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Requests for which the record does not say which policies apply, by the attribute that it lacks. */
  readonly unselected: ReadonlyMap<string, number>;
}

/** Keys of a limit that are told apart; the requests of others count for the limit alone. */
const MOST_KEYS = 100_000;
/** For keys of one replica. */
const ROOM = 1_000_000;

/** Reasons of requests that were denied before any limit. */
const BEFORE_LIMITS: ReadonlySet<string> = new Set([
  'not_ready',
  'bad_check',
  'not_http',
  'overloaded',
  'unknown_host',
  'no_policy',
  'ambiguous_method',
  'ambiguous_path',
  'ambiguous_header',
  'header_missing',
]);

type Phase = 'first' | 'last';

/**
 * Tries the limits of a policy set on recorded requests, by the code and the store of the server and the times of the
 * records. Each replica of each log has buckets of its own, except those of shared limits, which all have in common.
 */
export class WhatIf {
  readonly #set: PolicySet;
  readonly #replicas: number;
  readonly #outcomes = new Map<CompiledLimit, LimitOutcome>();
  readonly #unselected = new Map<string, number>();
  readonly #shared = createLocalStore({ maxKeys: ROOM, seed: [0, 0] });
  /** By log and replica. */
  readonly #stores = new Map<string, LimitStore>();
  #records = 0;
  #from: number | undefined;
  #to: number | undefined;

  constructor(set: PolicySet, replicas: number) {
    this.#set = set;
    this.#replicas = replicas;
    for (const policy of set.policies)
      for (const limit of [...policy.firstLimits, ...policy.lastLimits])
        this.#outcomes.set(limit, {
          ...noOutcomes(),
          policy,
          limit,
          keys: new Map(),
          unsaid: new Map(),
        });
  }

  /** Adds a record of one of the logs, in the order of time. */
  async add(record: RecordedDecision, log: number): Promise<void> {
    const store = this.#store(log);
    this.#records += 1;
    this.#from = Math.min(this.#from ?? record.time, record.time);
    this.#to = Math.max(this.#to ?? record.time, record.time);
    if (BEFORE_LIMITS.has(record.reason)) return;
    const request = new RecordedContext(record, this.#set);
    const enforcing: ApplicablePolicy[] = [];
    for (const policy of indexOf(this.#set.policies).candidates(request.matching)) {
      const applicable = this.#applicable(policy, request);
      if (applicable === undefined) continue;
      if (policy.mode === 'enforce') enforcing.push(applicable);
      // Alone, as when serving; its buckets have its name.
      else await this.#try([applicable], record, request, store);
    }
    await this.#try(enforcing, record, request, store);
  }

  /** The store of the replica that a record of a log is taken to be of. */
  #store(log: number): LimitStore {
    const name = `${log} ${this.#records % this.#replicas}`;
    const known = this.#stores.get(name);
    if (known !== undefined) return known;
    const store = createScopedStore(createLocalStore({ maxKeys: ROOM, seed: [0, 0] }), this.#shared);
    this.#stores.set(name, store);
    return store;
  }

  /** The policy, if its `match` selects the request. Headers that are ambiguous were denied when it was decided. */
  #applicable(policy: CompiledPolicy, request: RequestContext): ApplicablePolicy | undefined {
    const applicable = new ApplicablePolicy(policy);
    const selected = selectsWithin(policy.match, applicable, request, NOBODY, undefined);
    if (selected?.failure !== undefined) this.#note(selected.failure, this.#unselected);
    if (selected?.params === undefined) return undefined;
    applicable.selected = selected;
    return applicable;
  }

  async #try(
    policies: readonly ApplicablePolicy[],
    record: RecordedDecision,
    request: RequestContext,
    store: LimitStore,
  ): Promise<void> {
    const identities = new Identities();
    const token = recordedToken(record, this.#set.issuers);
    const { caller } = record;
    if (token !== undefined) identities.addToken(token);
    if (caller !== undefined) identities.addCaller(caller);
    for (const applicable of policies) {
      applicable.token = token;
      applicable.caller = caller;
    }
    const isRefused = await this.#take('first', policies, record, request, identities, store);
    if (!isRefused && reachedLast(record, this.#set))
      await this.#take('last', policies, record, request, identities, store);
  }

  /** True if a limit refuses. */
  async #take(
    phase: Phase,
    policies: readonly ApplicablePolicy[],
    record: RecordedDecision,
    request: RequestContext,
    identities: Identities,
    store: LimitStore,
  ): Promise<boolean> {
    const takes: LimitTake[] = [];
    for (const applicable of policies) {
      const { policy } = applicable;
      for (const limit of phase === 'first' ? policy.firstLimits : policy.lastLimits) {
        const take = limitTake(limit, policy, applicable.activation(request, identities), undefined);
        if (take instanceof LimitTake) takes.push(take);
        else if (take !== undefined) this.#note(take, this.#outcomes.get(limit)?.unsaid);
      }
    }
    const answers = await store.takeAll(takes, record.time);
    // A shared limit is not asked if a local one has refused.
    for (const [at, take] of takes.entries()) this.#count(take, answers[at]?.allowed !== false, record);
    return answers.some((taken) => taken?.allowed === false);
  }

  #count(take: LimitTake, isAllowed: boolean, record: RecordedDecision): void {
    const outcome = this.#outcomes.get(take.limit);
    if (outcome === undefined) return;
    const wasRefused =
      record.reason === 'rate_limited' &&
      record.policy === take.policy.name &&
      record.rule === take.limit.name;
    const key = shownKey(take.key);
    let ofKey = outcome.keys.get(key);
    if (ofKey === undefined && outcome.keys.size < MOST_KEYS) {
      ofKey = noOutcomes();
      outcome.keys.set(key, ofKey);
    }
    for (const each of ofKey === undefined ? [outcome] : [outcome, ofKey]) {
      each.requests += 1;
      if (wasRefused) each.refusedThen += 1;
      if (!isAllowed) each.refusedNow += 1;
      if (!isAllowed && record.reason === 'allowed') each.newlyRefused += 1;
      if (isAllowed && wasRefused) each.newlyAllowed += 1;
    }
  }

  #note(cause: DenialCause, by: Map<string, number> | undefined): void {
    const attribute =
      cause.reason === 'policy_error' ? (missingAttribute(cause.detail) ?? cause.fault?.message) : undefined;
    if (attribute !== undefined) by?.set(attribute, (by.get(attribute) ?? 0) + 1);
  }

  result(): WhatIfResult {
    return {
      limits: [...this.#outcomes.values()],
      records: this.#records,
      from: this.#from,
      to: this.#to,
      unselected: this.#unselected,
    };
  }
}

function noOutcomes(): Outcomes {
  return { requests: 0, refusedThen: 0, refusedNow: 0, newlyRefused: 0, newlyAllowed: 0 };
}

/** True if the request came to the limits of the last phase: it was allowed, or denied by one of them. */
function reachedLast({ reason, policy, rule }: RecordedDecision, { policies }: PolicySet): boolean {
  if (reason === 'allowed' || reason === 'limit_unavailable') return true;
  if (reason !== 'rate_limited') return false;
  const first = policies.find(({ name }) => name === policy)?.firstLimits ?? [];
  return first.every(({ name }) => name !== rule);
}

/** The values of a key in a readable form: those of `limit-key.ts`, without their types and lengths. */
function shownKey(key: string): string {
  if (!key.startsWith('#')) return key;
  const parts: string[] = [];
  let at = 1;
  while (at < key.length) {
    const text = /^s([0-9]+):/.exec(key.slice(at, at + 12));
    if (text !== null) {
      const begin = at + text[0].length;
      at = begin + Number(text[1]);
      parts.push(key.slice(begin, at));
      continue;
    }
    const end = key.indexOf(';', at);
    if (end < 0) return key;
    parts.push(key.slice(at + 1, end));
    at = end + 1;
  }
  return parts.join(', ');
}
