import type { VerifiedToken } from '../identity/verified-token.ts';
import type { CompiledPolicy } from '../set/policy-set.ts';

/** The peer that `authenticate.mtls` of a policy has accepted. */
export interface Caller {
  readonly principal: string;
  /** The peer of the connection, or the client that the nearest trusted proxy reports. */
  readonly via: 'connection' | 'xfcc';
}

/** The caller, as the expressions of one policy read it in `jwt` and `caller`. */
export interface Identity {
  readonly token: VerifiedToken | undefined;
  readonly caller: Caller | undefined;
}

/** The identity before authentication, and where no policy authenticates. */
export const NOBODY: Identity = Object.freeze({ token: undefined, caller: undefined });

/** Verified tokens and accepted peers of one request, by the policy that requires them. */
export class Identities {
  readonly #tokens = new Map<CompiledPolicy, VerifiedToken>();
  readonly #callers = new Map<CompiledPolicy, Caller>();
  /** Made when an expression of the policy is first evaluated; empty again after a change. */
  readonly #known = new Map<CompiledPolicy, Identity>();
  #token: VerifiedToken | undefined;
  #caller: Caller | undefined;

  addToken(policy: CompiledPolicy, token: VerifiedToken): void {
    this.#tokens.set(policy, token);
    this.#token ??= token;
    this.#known.clear();
  }

  addCaller(policy: CompiledPolicy, caller: Caller): void {
    this.#callers.set(policy, caller);
    if (this.#caller === undefined || (this.#caller.via === 'connection' && caller.via === 'xfcc')) {
      this.#caller = caller;
    }
    this.#known.clear();
  }

  /**
   * The identity in the expressions of `policy`: the token and the peer that it requires itself. A policy that requires
   * none reads what another applicable policy has verified: the first token by name, and `caller`.
   */
  of(policy: CompiledPolicy): Identity {
    if (this.#token === undefined && this.#caller === undefined) return NOBODY;
    let identity = this.#known.get(policy);
    if (identity === undefined) {
      const token = policy.jwt === undefined ? this.#token : this.#tokens.get(policy);
      const caller = policy.mtls === undefined ? this.#caller : this.#callers.get(policy);
      identity = { token, caller };
      this.#known.set(policy, identity);
    }
    return identity;
  }

  /** An independent copy. */
  fork(): Identities {
    const copy = new Identities();
    for (const [policy, token] of this.#tokens) copy.addToken(policy, token);
    for (const [policy, caller] of this.#callers) copy.addCaller(policy, caller);
    return copy;
  }

  /** The first token by name, for the record. */
  get token(): VerifiedToken | undefined {
    return this.#token;
  }

  /** A forwarded client before the peer of the connection, which is then its proxy; for the record. */
  get caller(): Caller | undefined {
    return this.#caller;
  }
}
