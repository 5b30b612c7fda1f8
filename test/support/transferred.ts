import { decoded } from '../../src/policy/transfer/decode.ts';
import { encode } from '../../src/policy/transfer/encode.ts';
import { generated } from '../../src/recipe/recipe.ts';

/** The value as another process gets it. */
export function transferred<T>(value: T): T {
  const chunks = encode(value).map((chunk) => structuredClone(chunk));
  return decoded(chunks, generated) as T;
}
