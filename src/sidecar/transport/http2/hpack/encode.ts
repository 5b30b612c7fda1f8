import { STATIC_NAMES, STATIC_VALUES } from './static-table.ts';

const INDEXES: readonly number[] = Array.from(STATIC_NAMES.keys()).slice(1);

/** Index of an entry with the name. */
const NAME_INDEX: ReadonlyMap<string, number> = new Map(
  INDEXES.map((index) => [STATIC_NAMES[index] ?? '', index]),
);
/** Index of the entry with the name and the value. */
const FIELD_INDEX: ReadonlyMap<string, number> = new Map(
  INDEXES.map((index) => [keyOf(STATIC_NAMES[index] ?? '', STATIC_VALUES[index] ?? ''), index]),
);

/** Characters that are not a byte, or that end a line in HTTP/1.1 (RFC 9113 section 8.2.1). */
const FORBIDDEN = /[\0\r\n]|[^\0-\xff]/;

/**
 * A header block of fields in latin1, with names in lower case. It needs no table but the static one, so it is valid on
 * every connection and can be prepared once. Throws for characters that HTTP/2 forbids.
 */
export function encodeHeaders(fields: readonly (readonly [name: string, value: string])[]): Uint8Array {
  const block: number[] = [];
  for (const [name, value] of fields) {
    if (FORBIDDEN.test(name) || FORBIDDEN.test(value)) {
      throw new RangeError(`the header \`${name}\` has characters that HTTP/2 forbids`);
    }
    writeField(block, name, value);
  }
  return Uint8Array.from(block);
}

function writeField(block: number[], name: string, value: string): void {
  const field = FIELD_INDEX.get(keyOf(name, value));
  if (field !== undefined) {
    writeInteger(block, 0x80, 0x7f, field);
    return;
  }
  // A literal without indexing.
  const known = NAME_INDEX.get(name);
  writeInteger(block, 0, 0x0f, known ?? 0);
  if (known === undefined) writeText(block, name);
  writeText(block, value);
}

function writeText(block: number[], text: string): void {
  writeInteger(block, 0, 0x7f, text.length);
  for (let at = 0; at < text.length; at += 1) block.push(text.charCodeAt(at));
}

function writeInteger(block: number[], flags: number, mask: number, value: number): void {
  if (value < mask) {
    block.push(flags | value);
    return;
  }
  block.push(flags | mask);
  let rest = value - mask;
  for (; rest >= 128; rest = Math.floor(rest / 128)) block.push((rest % 128) | 0x80);
  block.push(rest);
}

/** No name or value contains a zero character. */
function keyOf(name: string, value: string): string {
  return `${name}\0${value}`;
}
