import type { ImportedKey } from './crypto.ts';
import type { Issuer } from './issuer.ts';

/** A key that can verify signatures. */
export interface VerificationKey {
  readonly kid: string | undefined;
  /** Every algorithm that the key fits, whatever the issuer lists. */
  readonly algorithms: ReadonlySet<string>;
  readonly key: ImportedKey;
  /** The members that make the key, `kid` and restrictions included: equal for equal keys. Never to be shown. */
  readonly identity: string;
}

/** The keys of an issuer at one moment. */
export interface KeysNow {
  /** undefined: never fetched, or too long ago. */
  readonly keys: readonly VerificationKey[] | undefined;
  /** The last fetch did not work, so that a key may be missing. */
  readonly failing: boolean;
}

/** Where a verifier gets keys: the ring of real ones, or throwaway ones in tests of policies. */
export interface KeyProvider {
  of(issuer: Issuer): KeysNow;
  /**
   * For a token whose key is not there: a fetch that is worth waiting for, under way or begun now. It never
   * rejects. undefined: none is possible, or the last one was too short a time ago.
   */
  refetch(issuer: Issuer): Promise<void> | undefined;
}

/** The key that a token names, or the only one that fits if it names none. */
export function selectKey(
  keys: readonly VerificationKey[],
  algorithm: string,
  kid: string | undefined,
): VerificationKey | undefined {
  const fitting = keys.filter((key) => key.algorithms.has(algorithm));
  if (kid !== undefined) return fitting.find((key) => key.kid === kid);
  return fitting.length === 1 ? fitting[0] : undefined;
}
