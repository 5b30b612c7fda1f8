import type { Program } from '../../cel/interpret/program.ts';
import { type HeaderReads, NO_HEADER_READS } from '../request/header-reads.ts';
import { type MatchEntryResult, selects as matchSelects, mismatch, type Params } from '../set/match.ts';
import { indexOf } from '../set/policy-index.ts';
import type { CompiledMatch, CompiledPolicy, PolicySet } from '../set/policy-set.ts';
import { denyAmbiguousHeader } from './ambiguous-header.ts';
import { ApplicablePolicy } from './applicable-policy.ts';
import type { DenialCause } from './denial-cause.ts';
import { holds } from './evaluate.ts';
import { type Identity, NOBODY } from './identities.ts';
import type { RequestContext } from './request-context.ts';
import type { DecisionTrace } from './trace.ts';

/** A shadow policy that governs the request; with a `cause` it would have denied before any other step. */
export interface ApplicableShadow {
  readonly applicable: ApplicablePolicy;
  readonly cause: DenialCause | undefined;
}

/** The policies that govern a request, in order of name. */
export interface Selection {
  readonly enforcing: readonly ApplicablePolicy[];
  readonly shadow: readonly ApplicableShadow[];
  /** Set if the enforcing policies deny before any other step. */
  readonly cause: DenialCause | undefined;
}

const NO_POLICIES: readonly ApplicablePolicy[] = [];
const NO_SHADOWS: readonly ApplicableShadow[] = [];

/**
 * The policies whose `match` selects the request. If the `when` of a match fails, it is unknown whether its policy
 * applies: then it is taken to apply and to deny.
 */
export function select(set: PolicySet, request: RequestContext): Selection {
  let enforcing: ApplicablePolicy[] | undefined;
  let shadow: ApplicableShadow[] | undefined;
  let failure: DenialCause | undefined;
  const candidates = candidatesOf(set.policies, request);
  for (const policy of candidates) {
    const applicable = new ApplicablePolicy(policy);
    const results = request.trace && [];
    const selected = selects(policy.match, applicable, request, NOBODY, policy.headers.match, results);
    if (results !== undefined) reportPolicy(policy, selected, results, request.trace);
    if (selected === undefined) continue;
    if (selected.failure === undefined) applicable.selected = selected;
    if (policy.mode === 'shadow') {
      const cause =
        denyAmbiguousMethod(request) ??
        denyAmbiguousPath([applicable], request) ??
        selected.failure ??
        denyHeaders([applicable], request);
      shadow = appended(shadow, { applicable, cause });
    } else if (selected.failure === undefined) enforcing = appended(enforcing, applicable);
    else failure ??= selected.failure;
  }
  if (request.trace !== undefined) reportOthers(set.policies, new Set(candidates), request, request.trace);
  return {
    enforcing: enforcing ?? NO_POLICIES,
    shadow: shadow ?? NO_SHADOWS,
    cause: causeOf(enforcing ?? NO_POLICIES, failure, request),
  };
}

function causeOf(
  enforcing: readonly ApplicablePolicy[],
  failure: DenialCause | undefined,
  request: RequestContext,
): DenialCause | undefined {
  return (
    denyAmbiguousMethod(request) ??
    denyAmbiguousPath(enforcing, request) ??
    failure ??
    denyHeaders(enforcing, request) ??
    denyUngoverned(enforcing)
  );
}

/** The list with one more item. Most requests have one, for which this makes a list of one place. */
function appended<T>(list: T[] | undefined, item: T): T[] {
  if (list === undefined) return [item];
  list.push(item);
  return list;
}

/** Few policies are compared one by one, which takes less time than the index. A trace names what the index left out. */
function candidatesOf(
  policies: readonly CompiledPolicy[],
  request: RequestContext,
): readonly CompiledPolicy[] {
  if (policies.length <= FEW && request.trace === undefined) return policies;
  return indexOf(policies).candidates(request.matching);
}

const FEW = 8;

function reportPolicy(
  policy: CompiledPolicy,
  selected: ReturnType<typeof selects>,
  entries: readonly MatchEntryResult[],
  trace: DecisionTrace | undefined,
): void {
  const applied = selected?.failure === undefined ? 'applies' : 'failed';
  trace?.report({
    kind: 'policy',
    policy,
    entries,
    result: selected === undefined ? 'does_not_apply' : applied,
  });
}

/** Reports the policies that the index left out. Their conditions are not evaluated, as when serving. */
function reportOthers(
  policies: readonly CompiledPolicy[],
  candidates: ReadonlySet<CompiledPolicy>,
  { matching }: RequestContext,
  trace: DecisionTrace,
): void {
  for (const policy of policies) {
    if (candidates.has(policy)) continue;
    const entries = policy.match.flatMap((entry) => {
      const result = mismatch(entry, matching);
      return result === undefined ? [] : [{ entry, input: matching, result }];
    });
    trace.report({ kind: 'policy', policy, entries, result: 'does_not_apply' });
  }
}

/**
 * Methods are case-sensitive (RFC 9110, section 9.1), and no policy can name one in lower case. Envoy passes it on from
 * HTTP/2, and Django and Flask take `delete` for `DELETE`.
 */
function denyAmbiguousMethod({ matching }: RequestContext): DenialCause | undefined {
  if (!hasLowerCase(matching.method)) return undefined;
  return { reason: 'ambiguous_method', detail: 'the method has a lower-case letter' };
}

function hasLowerCase(method: string): boolean {
  for (let at = 0; at < method.length; at++) {
    const code = method.charCodeAt(at);
    if (code >= 0x61 && code <= 0x7a) return true;
  }
  return false;
}

function denyAmbiguousPath(
  policies: readonly ApplicablePolicy[],
  { path }: RequestContext,
): DenialCause | undefined {
  if (path.ambiguous === undefined) return undefined;
  if (policies.length > 0 && policies.every(({ policy }) => policy.allowsAmbiguousPath)) return undefined;
  return { reason: 'ambiguous_path', detail: `the path has ${path.ambiguous}` };
}

function denyHeaders(
  policies: readonly ApplicablePolicy[],
  { attributes }: RequestContext,
): DenialCause | undefined {
  for (const { policy } of policies) {
    const cause = denyAmbiguousHeader(policy.headers.all, policy, attributes.request);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

function denyUngoverned(enforcing: readonly ApplicablePolicy[]): DenialCause | undefined {
  if (enforcing.length > 0) return undefined;
  return { reason: 'no_policy', detail: 'no policy governs this request' };
}

/**
 * Selection by a `match` within an applicable policy, with its own parameters, or those of the policy's match if it
 * names none. `results` takes the result of each entry.
 */
export function selectsWithin(
  match: readonly CompiledMatch[],
  applicable: ApplicablePolicy,
  request: RequestContext,
  known: Identity,
  results: MatchEntryResult[] | undefined,
): ReturnType<typeof selects> {
  if (match.length === 0) return applicable.selected;
  // All headers that the policy reads have been checked.
  const selected = selects(match, applicable, request, known, NO_HEADER_READS, results);
  if (selected?.params === undefined || selected.params.size > 0) return selected;
  return applicable.selected;
}

/** Inputs of the conditions of a `match`. */
interface Conditions {
  readonly applicable: ApplicablePolicy;
  readonly request: RequestContext;
  readonly known: Identity;
  /** Headers that the conditions read and that are not checked yet. */
  readonly reads: HeaderReads;
}

function selects(
  match: readonly CompiledMatch[],
  applicable: ApplicablePolicy,
  request: RequestContext,
  known: Identity,
  reads: HeaderReads,
  results: MatchEntryResult[] | undefined,
): ReturnType<typeof matchSelects<Conditions, DenialCause>> {
  const conditions: Conditions = { applicable, request, known, reads };
  return matchSelects(match, request.matching, conditionHolds, conditions, results);
}

/** Parameters of the entry itself, or else of the enclosing match. */
function conditionHolds(
  when: Program,
  own: Params,
  { applicable, request, known, reads }: Conditions,
): boolean | DenialCause {
  const { policy } = applicable;
  const params = own.size > 0 ? own : applicable.params;
  return (
    denyAmbiguousHeader(reads, policy, request.attributes.request) ??
    holds(when, applicable.activation(request, known, params), policy, request.trace)
  );
}
