/** Bytes of a block, and of a digest. */
const BLOCK = 64;
const DIGEST = 32;

/** Fractional parts of the cube roots of the first 64 primes, and of the square roots of the first 8 (FIPS 180-4). */
const [ROUNDS, START] = constants();

/** Message schedule. A digest is computed without a pause, so that one serves all. */
const words = new Int32Array(BLOCK);

/** SHA-256 (FIPS 180-4) without the platform: expressions are evaluated in browsers as well. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const state = START.slice();
  const whole = bytes.length - (bytes.length % BLOCK);
  for (let at = 0; at < whole; at += BLOCK) compress(state, bytes, at);
  const last = padded(bytes.subarray(whole), bytes.length);
  for (let at = 0; at < last.length; at += BLOCK) compress(state, last, at);
  return bigEndian(state);
}

/** HMAC-SHA-256 (RFC 2104). */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const short = key.length > BLOCK ? sha256(key) : key;
  const inner = new Uint8Array(BLOCK + message.length).fill(0x36, 0, BLOCK);
  const outer = new Uint8Array(BLOCK + DIGEST).fill(0x5c, 0, BLOCK);
  for (let at = 0; at < short.length; at++) {
    inner[at] = 0x36 ^ (short[at] ?? 0);
    outer[at] = 0x5c ^ (short[at] ?? 0);
  }
  inner.set(message, BLOCK);
  outer.set(sha256(inner), BLOCK);
  return sha256(outer);
}

/** The end of a message of `length` bytes: a 1 bit, zeros, and the length in bits, in whole blocks. */
function padded(rest: Uint8Array, length: number): Uint8Array {
  const blocks = new Uint8Array(rest.length < BLOCK - 8 ? BLOCK : 2 * BLOCK);
  blocks.set(rest);
  blocks[rest.length] = 0x80;
  const view = new DataView(blocks.buffer);
  view.setUint32(blocks.length - 8, Math.floor(length / 2 ** 29));
  view.setUint32(blocks.length - 4, length * 8);
  return blocks;
}

function bigEndian(state: Int32Array): Uint8Array {
  const digest = new DataView(new ArrayBuffer(DIGEST));
  for (let at = 0; at < state.length; at++) digest.setInt32(at * 4, word(state, at));
  return new Uint8Array(digest.buffer);
}

/** The word at an index that exists. */
function word(array: Int32Array, at: number): number {
  return array[at] ?? 0;
}

/** Adds the block at an offset. Steps and letters are those of FIPS 180-4, section 6.2.2. */
function compress(state: Int32Array, bytes: Uint8Array, offset: number): void {
  schedule(bytes, offset);
  let a = word(state, 0);
  let b = word(state, 1);
  let c = word(state, 2);
  let d = word(state, 3);
  let e = word(state, 4);
  let f = word(state, 5);
  let g = word(state, 6);
  let h = word(state, 7);
  for (let at = 0; at < BLOCK; at++) {
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + word(ROUNDS, at) + word(words, at)) | 0;
    const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] = word(state, 0) + a;
  state[1] = word(state, 1) + b;
  state[2] = word(state, 2) + c;
  state[3] = word(state, 3) + d;
  state[4] = word(state, 4) + e;
  state[5] = word(state, 5) + f;
  state[6] = word(state, 6) + g;
  state[7] = word(state, 7) + h;
}

function schedule(bytes: Uint8Array, offset: number): void {
  for (let at = 0; at < 16; at++) {
    const from = offset + at * 4;
    const high = ((bytes[from] ?? 0) << 24) | ((bytes[from + 1] ?? 0) << 16);
    words[at] = high | ((bytes[from + 2] ?? 0) << 8) | (bytes[from + 3] ?? 0);
  }
  for (let at = 16; at < BLOCK; at++) {
    const a = word(words, at - 15);
    const b = word(words, at - 2);
    const s0 = rotated(a, 7) ^ rotated(a, 18) ^ (a >>> 3);
    const s1 = rotated(b, 17) ^ rotated(b, 19) ^ (b >>> 10);
    words[at] = (word(words, at - 16) + s0 + word(words, at - 7) + s1) | 0;
  }
}

function rotated(bits: number, count: number): number {
  return (bits >>> count) | (bits << (32 - count));
}

function constants(): readonly [Int32Array, Int32Array] {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  const fraction = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
  return [
    Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
    Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
  ];
}
