import { HpackError } from './hpack-error.ts';
import { HUFFMAN_LENGTHS } from './huffman-lengths.ts';

/** The symbol that ends a string, which no string may contain (RFC 7541 section 5.2). */
const END_OF_STRING = 256;

/** Bits that one look into the table decodes. */
const STEP = 8;
const WIDTH = 1 << STEP;

/** A row of the table is another node of the tree in place of a symbol. */
const NODE = 1 << 15;

/**
 * The code as nodes of 256 rows, one for each value of the next 8 bits. A row has a symbol and the bits of its code that
 * belong to the node (`symbol << 4 | bits`), or `NODE` and the offset of the node for the bits after these 8.
 */
const TABLE: Uint16Array = tableOf(HUFFMAN_LENGTHS);

/** Strings up to this many bytes are decoded without an allocation but their own. */
const SCRATCH_BYTES = 4096;
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

/** The shortest code has 5 bits, so a string has at most 8 bytes for each 5 of its code. */
const GROWTH = 8 / 5;

/**
 * Text of the Huffman code in `bytes`, in latin1. Throws HpackError for an incomplete symbol, for the symbol that ends a
 * string, and for a padding that is longer than 7 bits or is not of ones.
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string {
  const most = Math.ceil((end - start) * GROWTH);
  const target = most <= SCRATCH_BYTES ? scratch : Buffer.allocUnsafeSlow(most);
  let length = 0;
  let node = 0;
  // The low `bits` bits of `pending` are not decoded yet; the bits above them are left over from before.
  let pending = 0;
  let bits = 0;
  for (let at = start; at < end; at += 1) {
    pending = (pending << 8) | (bytes[at] ?? 0);
    bits += 8;
    while (bits >= STEP) {
      const row = TABLE[node + ((pending >>> (bits - STEP)) & (WIDTH - 1))] ?? 0;
      if (row >= NODE) {
        node = row - NODE;
        bits -= STEP;
        continue;
      }
      if (row >>> 4 === END_OF_STRING) throw endOfString();
      target[length++] = row >>> 4;
      node = 0;
      bits -= row & 15;
    }
  }
  while (bits > 0) {
    const row = TABLE[node + ((pending << (STEP - bits)) & (WIDTH - 1))] ?? 0;
    if (row >= NODE || (row & 15) > bits) break;
    target[length++] = row >>> 4;
    node = 0;
    bits -= row & 15;
  }
  const ones = (1 << bits) - 1;
  if (node !== 0 || (pending & ones) !== ones) throw new HpackError('a Huffman code ends within a symbol');
  return target.toString('latin1', 0, length);
}

function endOfString(): HpackError {
  return new HpackError('a Huffman code contains the symbol for the end of a string');
}

function tableOf(lengths: readonly number[]): Uint16Array {
  const rows: number[] = emptyNode();
  const symbols = lengths.map((length, symbol) => ({ length, symbol }));
  symbols.sort((a, b) => a.length - b.length || a.symbol - b.symbol);
  let code = 0;
  let last = 0;
  for (const { length, symbol } of symbols) {
    code *= 2 ** (length - last);
    last = length;
    put(rows, code, length, symbol);
    code += 1;
  }
  return Uint16Array.from(rows);
}

function emptyNode(): number[] {
  return Array.from({ length: WIDTH }, () => 0);
}

/** Writes a symbol into all rows that begin with the rest of its code. */
function put(rows: number[], code: number, length: number, symbol: number): void {
  let node = 0;
  let left = length;
  for (; left > STEP; left -= STEP) {
    const at = node + ((code >>> (left - STEP)) & (WIDTH - 1));
    if (rows[at] === 0) {
      rows[at] = NODE + rows.length;
      rows.push(...emptyNode());
    }
    node = (rows[at] ?? 0) - NODE;
  }
  const from = node + ((code << (STEP - left)) & (WIDTH - 1));
  rows.fill((symbol << 4) | left, from, from + (1 << (STEP - left)));
}
