import type { VerifiedToken } from '../identity/verified-token.ts';
import type { CompiledPolicy } from '../set/policy-set.ts';

/** The verified tokens of one request, by the policy that asked for them. */
export class Tokens {
  readonly #byPolicy = new Map<CompiledPolicy, VerifiedToken>();
  #first: VerifiedToken | undefined;

  add(policy: CompiledPolicy, token: VerifiedToken): void {
    this.#byPolicy.set(policy, token);
    this.#first ??= token;
  }

  /**
   * What `jwt` is for the expressions of `policy`: the token it asked for. A policy that asks for none sees the
   * one that another applying policy verified, the first by name.
   */
  of(policy: CompiledPolicy): VerifiedToken | undefined {
    return policy.jwt === undefined ? this.#first : this.#byPolicy.get(policy);
  }

  /** A copy that can go its own way. */
  fork(): Tokens {
    const copy = new Tokens();
    for (const [policy, token] of this.#byPolicy) copy.add(policy, token);
    return copy;
  }

  /** The first by name, for the record. */
  get first(): VerifiedToken | undefined {
    return this.#first;
  }
}
