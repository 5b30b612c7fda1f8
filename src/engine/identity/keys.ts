import type { Issuer } from './issuer.ts';
import type { Jwt } from './jwt.ts';
import type { VerificationKey } from './verification-key.ts';

/** The keys of an issuer at one moment. */
export interface KeysNow {
  /** undefined: not fetched yet, or too long ago. */
  readonly keys: readonly VerificationKey[] | undefined;
  /** True if the last fetch failed, so that a key may be missing. */
  readonly failing: boolean;
}

/** Source of keys for a verifier: the key ring, or throwaway keys in tests of policies. */
export interface KeyProvider {
  of(issuer: Issuer): KeysNow;
  /**
   * Fetches again for a token whose key is missing, or joins the fetch under way. The promise never rejects.
   * Undefined if no fetch is possible or the last one was within the cooldown.
   */
  refetch(issuer: Issuer): Promise<void> | undefined;
}

/** Most keys that are tried for one token, so that a forged one costs a bounded number of checks. */
export const MOST_CANDIDATES = 8;

/**
 * The keys that may have signed a token: the one that it names, else the first fitting ones. A name counts only where
 * some fitting key has one: in a set without names, a token may have one all the same (RFC 7515, section 4.1.4).
 */
export function candidateKeys(
  keys: readonly VerificationKey[],
  { alg, kid, iss }: Pick<Jwt, 'alg' | 'kid' | 'iss'>,
  issuer: Pick<Issuer, 'tenants'>,
): readonly VerificationKey[] {
  const fitting = keys.filter((key) => key.algorithms.has(alg) && mayBeOf(iss, key, issuer));
  const named = kid === undefined ? undefined : fitting.find((key) => key.kid === kid);
  if (named !== undefined) return [named];
  if (kid !== undefined && fitting.some((key) => key.kid !== undefined)) return NO_KEYS;
  return fitting.slice(0, MOST_CANDIDATES);
}

/**
 * True if the key may sign tokens of this `iss`. INVARIANT: where tenants share a key set, a key that names an issuer
 * signs no token of another: else whoever has the key of one tenant could be any caller in all others.
 */
function mayBeOf(
  iss: string | undefined,
  key: VerificationKey,
  { tenants }: Pick<Issuer, 'tenants'>,
): boolean {
  if (tenants === undefined || key.issuer === undefined) return true;
  const tenant = iss === undefined ? undefined : tenants.get(iss);
  return tenant !== undefined && key.issuer.replace('{tenantid}', () => tenant) === iss;
}

const NO_KEYS: readonly VerificationKey[] = [];
