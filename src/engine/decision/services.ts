import type { CertificateReader } from '../identity/certificate.ts';
import type { TokenVerifier } from '../identity/token.ts';
import type { LimitStore } from '../limit/limit.ts';

/** Everything that `decide` may not have of its own. */
export interface Services {
  /** Milliseconds since 1970, with fractions. */
  readonly clock: () => number;
  /** A new decision id. */
  readonly id: () => string;
  readonly tokens: TokenVerifier;
  readonly certificates: CertificateReader;
  /** How many elements of `x-forwarded-client-cert`, from the last on, were added by proxies of ours; default none. */
  readonly xfccTrustedHops?: number;
  readonly limits: LimitStore;
  /** Where shadow policies count. Apart, so that their keys never take the room of a bucket that decides. */
  readonly shadowLimits: LimitStore;
}
