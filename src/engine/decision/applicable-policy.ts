import type { VerifiedToken } from '../identity/verified-token.ts';
import { admitsCaller, type CallerCondition, scopesLacked } from '../set/callers.ts';
import { NO_PARAMS, type Params } from '../set/match.ts';
import type { CompiledPolicy } from '../set/policy-set.ts';
import { PolicyActivation } from './activation.ts';
import type { Caller, Identity } from './identities.ts';
import type { RequestContext } from './request-context.ts';

interface Selected {
  readonly params: Params;
  readonly failure?: undefined;
}

const SELECTED: Selected = { params: NO_PARAMS };

/** A policy that may govern one request, with what is known about the request for this policy. */
export class ApplicablePolicy {
  readonly policy: CompiledPolicy;
  /** Path parameters of the entry of `match` that selects the request. */
  selected: Selected = SELECTED;
  /** The token and the peer that the policy requires itself, when they are verified. */
  token: VerifiedToken | undefined;
  caller: Caller | undefined;
  /** The callers of the first allow rule that selects the request, names scopes and lets the caller not through. */
  refusedBy: CallerCondition | undefined;
  /** The last activation: steps go from policy to policy, mostly with the same values, and variables stay known. */
  #activation: PolicyActivation | undefined;

  constructor(policy: CompiledPolicy) {
    this.policy = policy;
  }

  get params(): Params {
    return this.selected.params;
  }

  /** The token that the policy requires itself, else the one that another policy has verified. */
  tokenOf(known: Identity): VerifiedToken | undefined {
    return this.policy.jwt === undefined ? known.token : this.token;
  }

  /** The peer that the policy requires itself, else the one that another policy has accepted. */
  callerOf(known: Identity): Caller | undefined {
    return this.policy.mtls === undefined ? known.caller : this.caller;
  }

  /** True if the condition lets the caller of the request through. */
  admits(callers: CallerCondition, known: Identity): boolean {
    return admitsCaller(callers, this.callerOf(known)?.principal ?? '', this.tokenOf(known));
  }

  /** The scopes that the token lacks, if it lacks nothing else. */
  scopesLacked(callers: CallerCondition, known: Identity): readonly string[] | undefined {
    return scopesLacked(callers, this.callerOf(known)?.principal ?? '', this.tokenOf(known));
  }

  /**
   * The activation for its expressions: with the token and the peer that it requires itself, else with those that other
   * policies have verified. `params`: those of an entry of its own, in place of those of the policy.
   */
  activation(request: RequestContext, known: Identity, params: Params = this.params): PolicyActivation {
    const token = this.tokenOf(known);
    const caller = this.callerOf(known);
    const before = this.#activation;
    if (before !== undefined && PolicyActivation.isOf(before, token, caller, params)) return before;
    const activation = new PolicyActivation(request, this.policy, token, caller, params);
    this.#activation = activation;
    return activation;
  }
}
