import type { CertificateReader } from '../identity/certificate.ts';
import type { TokenVerifier } from '../identity/token.ts';
import type { LimitStore } from '../limit/limit.ts';
import type { HostPattern } from '../request/host.ts';

/** Clock, identifiers, verification and limits: the dependencies of `decide`. */
export interface Services {
  /** Milliseconds since 1970, with fractions. */
  readonly clock: () => number;
  /** Milliseconds of a clock that is never set, with fractions, of any origin: limits count by it. */
  readonly monotonic: () => number;
  /** Reading of `monotonic` at the last call of `clock`, in place of another reading. Undefined: not known. */
  readonly reading?: () => number;
  /** A new decision id. */
  readonly id: () => string;
  readonly tokens: TokenVerifier;
  readonly certificates: CertificateReader;
  /** Number of elements of `x-forwarded-client-cert`, counted from the last, that trusted proxies added; default 0. */
  readonly xfccTrustedHops?: number;
  /** Hosts of the service; others are denied before any policy is selected. Default, and if empty: every host. */
  readonly hosts?: readonly HostPattern[];
  readonly limits: LimitStore;
  /** Buckets of shadow policies, apart from `limits` so that their keys never evict a bucket that decides. */
  readonly shadowLimits: LimitStore;
}
