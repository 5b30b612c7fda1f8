import type { TokenVerifier } from '../identity/token.ts';
import type { LimitStore } from '../limit/limit.ts';

/** Everything that `decide` may not have of its own. */
export interface Services {
  /** Milliseconds since 1970, with fractions. */
  readonly clock: () => number;
  /** A new decision id. */
  readonly id: () => string;
  readonly tokens: TokenVerifier;
  readonly limits: LimitStore;
}
