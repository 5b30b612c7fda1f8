import { type HeaderReads, NO_HEADER_READS } from '../set/header-reads.ts';
import {
  type MatchEntryResult,
  selects as matchSelects,
  mismatch,
  NO_PARAMS,
  type Params,
} from '../set/match.ts';
import { indexOf } from '../set/policy-index.ts';
import type { CompiledMatch, CompiledPolicy, PolicySet } from '../set/policy-set.ts';
import { denyAmbiguousHeader } from './ambiguous-header.ts';
import type { DenialCause } from './denial-cause.ts';
import { holds } from './evaluate.ts';
import { type Identity, NOBODY } from './identities.ts';
import type { RequestContext } from './request-context.ts';
import type { DecisionTrace } from './trace.ts';

/** A policy that governs the request, with the path parameters of the match that selected it. */
export interface ApplicablePolicy {
  readonly policy: CompiledPolicy;
  readonly params: Params;
}

/** A shadow policy that governs the request; with a `cause` it would have denied before any other step. */
export interface ApplicableShadow extends ApplicablePolicy {
  readonly cause: DenialCause | undefined;
}

/** The policies that govern a request, in order of name. */
export interface Selection {
  readonly enforcing: readonly ApplicablePolicy[];
  readonly shadow: readonly ApplicableShadow[];
  /** Set if the enforcing policies deny before any other step. */
  readonly cause: DenialCause | undefined;
}

/**
 * The policies whose `match` selects the request. If the `when` of a match fails, it is unknown whether its policy
 * applies: then it is taken to apply and to deny.
 */
export function select(set: PolicySet, request: RequestContext): Selection {
  const enforcing: ApplicablePolicy[] = [];
  const shadow: ApplicableShadow[] = [];
  let failure: DenialCause | undefined;
  const candidates = indexOf(set.policies).candidates(request.matching);
  for (const policy of candidates) {
    const results = request.trace && [];
    const before = { outer: NO_PARAMS, identity: NOBODY, reads: policy.headers.match };
    const selected = selects(policy.match, policy, request, before, results);
    if (results !== undefined) reportPolicy(policy, selected, results, request.trace);
    if (selected === undefined) continue;
    const applicable = { policy, params: selected.params ?? NO_PARAMS };
    if (policy.mode === 'shadow') {
      const cause =
        denyAmbiguousMethod(request) ??
        denyAmbiguousPath([applicable], request) ??
        selected.failure ??
        denyHeaders([applicable], request);
      shadow.push({ ...applicable, cause });
    } else if (selected.failure === undefined) enforcing.push(applicable);
    else failure ??= selected.failure;
  }
  if (request.trace !== undefined) reportOthers(set.policies, new Set(candidates), request, request.trace);
  const cause =
    denyAmbiguousMethod(request) ??
    denyAmbiguousPath(enforcing, request) ??
    failure ??
    denyHeaders(enforcing, request) ??
    denyUngoverned(enforcing);
  return { enforcing, shadow, cause };
}

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
      return result === undefined ? [] : [{ entry, result }];
    });
    trace.report({ kind: 'policy', policy, entries, result: 'does_not_apply' });
  }
}

/**
 * Methods are case-sensitive (RFC 9110, section 9.1), and no policy can name one in lower case. Envoy passes it on from
 * HTTP/2, and Django and Flask take `delete` for `DELETE`.
 */
function denyAmbiguousMethod({ matching }: RequestContext): DenialCause | undefined {
  if (!/[a-z]/.test(matching.method)) return undefined;
  return { reason: 'ambiguous_method', detail: 'the method has a lower-case letter' };
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
  { policy, params }: ApplicablePolicy,
  request: RequestContext,
  identity: Identity,
  results: MatchEntryResult[] | undefined,
): ReturnType<typeof selects> {
  // All headers that the policy reads have been checked.
  const within = { outer: params, identity, reads: NO_HEADER_READS };
  const selected = selects(match, policy, request, within, results);
  if (selected?.params === undefined || selected.params.size > 0 || params.size === 0) return selected;
  return { params };
}

/** Inputs of the conditions of a `match`. */
interface Conditions {
  /** Parameters of the enclosing match. */
  readonly outer: Params;
  readonly identity: Identity;
  /** Headers that the conditions read and that are not checked yet. */
  readonly reads: HeaderReads;
}

function selects(
  match: readonly CompiledMatch[],
  policy: CompiledPolicy,
  request: RequestContext,
  { outer, identity, reads }: Conditions,
  results: MatchEntryResult[] | undefined,
): ReturnType<typeof matchSelects<DenialCause>> {
  return matchSelects<DenialCause>(
    match,
    request.matching,
    (when, own) =>
      denyAmbiguousHeader(reads, policy, request.attributes.request) ??
      holds(when, request.activation(policy, identity, own.size > 0 ? own : outer), policy, request.trace),
    results,
  );
}
