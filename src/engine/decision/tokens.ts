import type { VerifiedToken } from '../identity/verified-token.ts';
import type { CompiledPolicy } from '../set/policy-set.ts';

/** Verified tokens of one request, by the policy that requires them. */
export class Tokens {
  readonly #byPolicy = new Map<CompiledPolicy, VerifiedToken>();
  #first: VerifiedToken | undefined;

  add(policy: CompiledPolicy, token: VerifiedToken): void {
    this.#byPolicy.set(policy, token);
    this.#first ??= token;
  }

  /**
   * The `jwt` of the expressions of `policy`: the token that it requires. A policy without `authenticate.jwt` reads
   * the token that another applicable policy verified, the first by name.
   */
  of(policy: CompiledPolicy): VerifiedToken | undefined {
    return policy.jwt === undefined ? this.#first : this.#byPolicy.get(policy);
  }

  /** An independent copy. */
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
