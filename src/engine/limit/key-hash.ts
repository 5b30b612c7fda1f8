import { ownText } from '../request/own-text.ts';

/** Secret of a process, two whole numbers of 32 bits: keys of equal hashes cannot be found without it. */
export type HashSeed = readonly [number, number];

/** Rounds after the text. */
const LAST_ROUNDS = 3;
/** Results that are kept for texts that come again; a power of two. */
const KEPT = 4096;
/** Characters of the longest text whose result is kept. */
const LONGEST_KEPT = 256;

/**
 * A hash of 64 bits of a text, under a secret: HalfSipHash-1-3 (Aumasson, Bernstein: SipHash, a fast short-input PRF),
 * with both halves of its state as the result. Four ASCII characters are one word, with its top bit clear; any other
 * character is one with its top bit set; the length comes last. So different texts are different sequences of words.
 */
export class KeyHash {
  readonly #first: number;
  readonly #second: number;
  /** The result of the last `compute`, as signed numbers of 32 bits. */
  high = 0;
  low = 0;
  /** Texts by their length and a few of their characters, and their results. */
  readonly #texts: string[] = Array.from({ length: KEPT }, () => '');
  readonly #highs = new Int32Array(KEPT);
  readonly #lows = new Int32Array(KEPT);

  constructor([first, second]: HashSeed) {
    this.#first = first | 0;
    this.#second = second | 0;
  }

  compute(text: string): void {
    const place = placeOf(text);
    if (text !== '' && this.#texts[place] === text) {
      this.high = this.#highs[place] ?? 0;
      this.low = this.#lows[place] ?? 0;
      return;
    }
    this.#hash(text);
    if (text.length > LONGEST_KEPT) return;
    this.#texts[place] = ownText(text);
    this.#highs[place] = this.high;
    this.#lows[place] = this.low;
  }

  #hash(text: string): void {
    const { length } = text;
    let v0 = this.#first;
    let v1 = this.#second ^ 0xee;
    let v2 = this.#first ^ 0x6c796765;
    let v3 = this.#second ^ 0x74656462;
    let left = LAST_ROUNDS + 1;
    for (let at = 0; left > 0; ) {
      let word = 0;
      if (at < length) {
        word = wordAt(text, at);
        at += word < 0 ? 1 : 4;
      } else {
        if (left > LAST_ROUNDS) word = length;
        else if (left === LAST_ROUNDS) v2 ^= 0xee;
        left -= 1;
      }
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    this.low = v1 ^ v3;
    this.high = v0 ^ v2;
  }
}

/** The next characters of a text: four if they are ASCII, else one, with the top bit. */
function wordAt(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (at + 3 >= text.length) return first | 0x80000000;
  const second = text.charCodeAt(at + 1);
  const third = text.charCodeAt(at + 2);
  const fourth = text.charCodeAt(at + 3);
  if ((first | second | third | fourth) >= 0x80) return first | 0x80000000;
  return first | (second << 8) | (third << 16) | (fourth << 24);
}

function placeOf(text: string): number {
  const { length } = text;
  if (length < 4) return length;
  const last = text.charCodeAt(length - 1) + 31 * text.charCodeAt(length - 2);
  const before = text.charCodeAt(length - 3) + 31 * text.charCodeAt(length - 4);
  return Math.imul(last + 961 * before + length, 0x9e3779b1) >>> 20;
}
