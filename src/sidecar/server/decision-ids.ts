import { randomFillSync } from 'node:crypto';

/** IDs that are made at once: 4 KiB of randomness. */
const POOL = 256;
/** Random bytes of an id, and characters of its text. */
const BYTES = 16;
const LENGTH = 36;

/** Codes of the hex digits, and of the dash. */
const DIGITS = Buffer.from('0123456789abcdef');
const DASH = 0x2d;

/**
 * A source of random UUIDs (RFC 9562, version 4: 122 random bits of the cryptographic generator of the system). They
 * are made many at once, so that one costs the copy of a text.
 */
export function createDecisionIds(): () => string {
  const random = Buffer.alloc(POOL * BYTES);
  const texts = Buffer.alloc(POOL * LENGTH);
  let pool = '';
  let next = POOL;
  return () => {
    if (next === POOL) {
      randomFillSync(random);
      for (let at = 0; at < POOL; at++) writeId(random, at * BYTES, texts, at * LENGTH);
      pool = texts.toString('latin1');
      next = 0;
    }
    const start = next * LENGTH;
    next += 1;
    return pool.slice(start, start + LENGTH);
  };
}

function writeId(random: Uint8Array, from: number, texts: Uint8Array, to: number): void {
  random[from + 6] = ((random[from + 6] ?? 0) & 0x0f) | 0x40;
  random[from + 8] = ((random[from + 8] ?? 0) & 0x3f) | 0x80;
  let at = to;
  for (let index = 0; index < BYTES; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) texts[at++] = DASH;
    const byte = random[from + index] ?? 0;
    texts[at++] = DIGITS[byte >> 4] ?? 0;
    texts[at++] = DIGITS[byte & 0x0f] ?? 0;
  }
}
