import type { ImportedKey } from './crypto.ts';

/** A key that can verify signatures. */
export interface VerificationKey {
  readonly kid: string | undefined;
  /** All algorithms that the key fits, also those that the issuer does not list. */
  readonly algorithms: ReadonlySet<string>;
  readonly key: ImportedKey;
  /**
   * Issuer whose tokens the key is for, by its own `issuer` member, with `{tenantid}` for any tenant, as Entra ID writes
   * it. Undefined: the key does not say. Empty: it says something that is not text.
   */
  readonly issuer: string | undefined;
  /** Members that make up the key, with `kid` and restrictions: equal for equal keys. Can hold a secret: never shown. */
  readonly identity: string;
}
