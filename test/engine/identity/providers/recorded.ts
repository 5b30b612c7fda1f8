import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { JsonObject } from '../../../../src/engine/request/attributes.ts';
import { certificate } from '../../../support/der.ts';
import { EC, EC_NEXT, publicJwk, RSA } from '../tokens.ts';

/** Keys in the place of those of the providers. */
export const MATERIAL = {
  rsa: RSA,
  rsaNext: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ec: EC,
  ecNext: EC_NEXT,
} as const satisfies Record<string, KeyObject>;

/** A certificate in the place of those of the providers, as in `x5c` (RFC 7517 section 4.7). */
export const CERTIFICATE = certificate().toString('base64');

/** A key of a key set: the throwaway key, and the members of the provider beside those that make up a key. */
type RecordedKey = readonly [material: keyof typeof MATERIAL, members: JsonObject];

/** Documents in the form in which a provider serves them, with other names, ids and keys. */
export interface RecordedProvider {
  readonly what: string;
  /** The Issuer document. */
  readonly spec: JsonObject;
  /** The OpenID configuration; undefined: the provider has none. */
  readonly configuration?: JsonObject;
  readonly keys: readonly RecordedKey[];
  /** Members of the key set beside `keys`. */
  readonly set?: JsonObject;
  /** Messages of the keys that are not used. */
  readonly ignored?: readonly string[];
  /** A token of the key that it names. A claim that is undefined is left out. */
  readonly token: { readonly header: JsonObject; readonly claims: Readonly<Record<string, unknown>> };
}

export function keySetOf({ keys, set = {} }: RecordedProvider): JsonObject {
  return { keys: keys.map(([material, members]) => publicJwk(MATERIAL[material], members)), ...set };
}
