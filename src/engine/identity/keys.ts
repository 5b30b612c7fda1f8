import type { Issuer } from './issuer.ts';
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
  algorithm: string,
  kid: string | undefined,
): readonly VerificationKey[] {
  const fitting = keys.filter((key) => key.algorithms.has(algorithm));
  const named = kid === undefined ? undefined : fitting.find((key) => key.kid === kid);
  if (named !== undefined) return [named];
  if (kid !== undefined && fitting.some((key) => key.kid !== undefined)) return NO_KEYS;
  return fitting.slice(0, MOST_CANDIDATES);
}

const NO_KEYS: readonly VerificationKey[] = [];
