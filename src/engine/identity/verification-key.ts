import type { ImportedKey } from './crypto.ts';

/** A key that can verify signatures. */
export interface VerificationKey {
  readonly kid: string | undefined;
  /** All algorithms that the key fits, also those that the issuer does not list. */
  readonly algorithms: ReadonlySet<string>;
  readonly key: ImportedKey;
  /** Members that make up the key, with `kid` and restrictions: equal for equal keys. Can hold a secret: never shown. */
  readonly identity: string;
}
