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

/** The key that a token names; if it names none, the only key that fits. Else undefined. */
export function selectKey(
  keys: readonly VerificationKey[],
  algorithm: string,
  kid: string | undefined,
): VerificationKey | undefined {
  const fitting = keys.filter((key) => key.algorithms.has(algorithm));
  if (kid !== undefined) return fitting.find((key) => key.kid === kid);
  return fitting.length === 1 ? fitting[0] : undefined;
}
