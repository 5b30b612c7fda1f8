import type { VerifiedToken } from '../identity/verified.ts';
import { selects as matchSelects, type Params } from '../set/match.ts';
import { indexOf } from '../set/policy-index.ts';
import type { CompiledMatch, CompiledPolicy, PolicySet } from '../set/policy-set.ts';
import { holds } from './evaluate.ts';
import type { Facts } from './facts.ts';
import type { Refusal } from './refusal.ts';

/** A policy that governs the request, with what the match that selected it found in the path. */
export interface Applying {
  readonly policy: CompiledPolicy;
  readonly params: Params;
}

/** A shadow policy that governs the request; with `refusal` it would have refused before anything is heard. */
export interface Shadowing extends Applying {
  readonly refusal: Refusal | undefined;
}

/** The policies that govern a request, in order of name. */
export interface Selection {
  readonly enforcing: readonly Applying[];
  readonly shadow: readonly Shadowing[];
  /** Why the enforcing policies are not heard at all. */
  readonly refusal: Refusal | undefined;
}

const NO_PARAMS: Params = new Map();

/**
 * Finds the policies whose `match` selects the request. Where the `when` of a match fails, nobody knows whether its
 * policy applies, so it is taken to apply and to refuse.
 */
export function select(set: PolicySet, facts: Facts): Selection {
  const enforcing: Applying[] = [];
  const shadow: Shadowing[] = [];
  let failure: Refusal | undefined;
  for (const policy of indexOf(set.policies).candidates(facts.matching)) {
    const selected = selects(policy.match, policy, facts, undefined, NO_PARAMS);
    if (selected === undefined) continue;
    const applying = { policy, params: selected.params ?? NO_PARAMS };
    if (policy.mode === 'shadow') {
      shadow.push({ ...applying, refusal: refusePath([applying], facts) ?? selected.failure });
    } else if (selected.failure === undefined) enforcing.push(applying);
    else failure ??= selected.failure;
  }
  const refusal = refusePath(enforcing, facts) ?? failure ?? refuseUngoverned(enforcing);
  return { enforcing, shadow, refusal };
}

function refusePath(applying: readonly Applying[], { path }: Facts): Refusal | undefined {
  if (path.ambiguous === undefined) return undefined;
  if (applying.length > 0 && applying.every(({ policy }) => policy.allowsAmbiguousPath)) return undefined;
  return { reason: 'ambiguous_path', detail: `the path has ${path.ambiguous}` };
}

function refuseUngoverned(enforcing: readonly Applying[]): Refusal | undefined {
  if (enforcing.length > 0) return undefined;
  return { reason: 'no_policy', detail: 'no policy governs this request' };
}

/**
 * Whether a `match` inside of a policy that applies selects the request, and with which parameters: its own, or
 * those of the policy's match where it names none.
 */
export function selectsWithin(
  match: readonly CompiledMatch[],
  { policy, params }: Applying,
  facts: Facts,
  token: VerifiedToken | undefined,
): ReturnType<typeof selects> {
  const selected = selects(match, policy, facts, token, params);
  if (selected?.params === undefined || selected.params.size > 0 || params.size === 0) return selected;
  return { params };
}

function selects(
  match: readonly CompiledMatch[],
  policy: CompiledPolicy,
  facts: Facts,
  token: VerifiedToken | undefined,
  outer: Params,
): ReturnType<typeof matchSelects<Refusal>> {
  return matchSelects<Refusal>(match, facts.matching, (when, own) =>
    holds(when, facts.activation(policy, token, own.size > 0 ? own : outer), policy),
  );
}
