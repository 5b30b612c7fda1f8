import type { VerifiedToken } from '../identity/verified-token.ts';
import { selects as matchSelects, type Params } from '../set/match.ts';
import { indexOf } from '../set/policy-index.ts';
import type { CompiledMatch, CompiledPolicy, PolicySet } from '../set/policy-set.ts';
import type { DenialCause } from './denial-cause.ts';
import { holds } from './evaluate.ts';
import type { RequestContext } from './request-context.ts';

/** A policy that governs the request, with what the match that selected it found in the path. */
export interface ApplicablePolicy {
  readonly policy: CompiledPolicy;
  readonly params: Params;
}

/** A shadow policy that governs the request; with `refusal` it would have refused before anything is heard. */
export interface ApplicableShadow extends ApplicablePolicy {
  readonly cause: DenialCause | undefined;
}

/** The policies that govern a request, in order of name. */
export interface Selection {
  readonly enforcing: readonly ApplicablePolicy[];
  readonly shadow: readonly ApplicableShadow[];
  /** Why the enforcing policies are not heard at all. */
  readonly cause: DenialCause | undefined;
}

const NO_PARAMS: Params = new Map();

/**
 * Finds the policies whose `match` selects the request. Where the `when` of a match fails, nobody knows whether its
 * policy applies, so it is taken to apply and to refuse.
 */
export function select(set: PolicySet, request: RequestContext): Selection {
  const enforcing: ApplicablePolicy[] = [];
  const shadow: ApplicableShadow[] = [];
  let failure: DenialCause | undefined;
  for (const policy of indexOf(set.policies).candidates(request.matching)) {
    const selected = selects(policy.match, policy, request, undefined, NO_PARAMS);
    if (selected === undefined) continue;
    const policies = { policy, params: selected.params ?? NO_PARAMS };
    if (policy.mode === 'shadow') {
      shadow.push({ ...policies, cause: denyAmbiguousPath([policies], request) ?? selected.failure });
    } else if (selected.failure === undefined) enforcing.push(policies);
    else failure ??= selected.failure;
  }
  const cause = denyAmbiguousPath(enforcing, request) ?? failure ?? denyUngoverned(enforcing);
  return { enforcing, shadow, cause };
}

function denyAmbiguousPath(
  policies: readonly ApplicablePolicy[],
  { path }: RequestContext,
): DenialCause | undefined {
  if (path.ambiguous === undefined) return undefined;
  if (policies.length > 0 && policies.every(({ policy }) => policy.allowsAmbiguousPath)) return undefined;
  return { reason: 'ambiguous_path', detail: `the path has ${path.ambiguous}` };
}

function denyUngoverned(enforcing: readonly ApplicablePolicy[]): DenialCause | undefined {
  if (enforcing.length > 0) return undefined;
  return { reason: 'no_policy', detail: 'no policy governs this request' };
}

/**
 * Whether a `match` inside of a policy that applies selects the request, and with which parameters: its own, or
 * those of the policy's match where it names none.
 */
export function selectsWithin(
  match: readonly CompiledMatch[],
  { policy, params }: ApplicablePolicy,
  request: RequestContext,
  token: VerifiedToken | undefined,
): ReturnType<typeof selects> {
  const selected = selects(match, policy, request, token, params);
  if (selected?.params === undefined || selected.params.size > 0 || params.size === 0) return selected;
  return { params };
}

function selects(
  match: readonly CompiledMatch[],
  policy: CompiledPolicy,
  request: RequestContext,
  token: VerifiedToken | undefined,
  outer: Params,
): ReturnType<typeof matchSelects<DenialCause>> {
  return matchSelects<DenialCause>(match, request.matching, (when, own) =>
    holds(when, request.activation(policy, token, own.size > 0 ? own : outer), policy),
  );
}
