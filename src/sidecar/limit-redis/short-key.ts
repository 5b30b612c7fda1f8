import { hash } from 'node:crypto';

/** Characters of the longest key that is kept as it is; a caller may choose one as long as a body. */
const LONGEST = 256;
/** Begins no key that is made of values. */
const DIGEST = '#h';

/** The key in a form that is short enough to be kept: a longer one as its digest. */
export function shortKey(key: string): string {
  return key.length <= LONGEST ? key : DIGEST + hash('sha256', key, 'base64url');
}
