/** One DER element: its tag byte and its contents; `raw` is the whole element. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
}

/** Universal tags (X.680). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const;

/**
 * The consecutive elements of `bytes` (X.690, definite lengths, tag numbers below 31); undefined if they do not fill
 * it exactly.
 */
export function readElements(bytes: Uint8Array): readonly Element[] | undefined {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const element = readElement(bytes, at);
    if (element === undefined) return undefined;
    elements.push(element);
    at += element.raw.length;
  }
  return elements;
}

/** The children of a constructed element; undefined if it is absent, not constructed or broken. */
export function elementsIn(element: Element | undefined): readonly Element[] | undefined {
  return element === undefined || (element.tag & 0x20) === 0 ? undefined : readElements(element.content);
}

/** Deepest nesting that is followed; names in certificates have six levels at most. */
const MAX_DEPTH = 20;

/** True if the elements within the element fill it exactly, and so on. */
export function isWellFormed(element: Element, depth = 0): boolean {
  if ((element.tag & 0x20) === 0) return true;
  const inner = depth < MAX_DEPTH ? readElements(element.content) : undefined;
  return inner?.every((each) => isWellFormed(each, depth + 1)) === true;
}

/**
 * An OBJECT IDENTIFIER in dotted form; undefined if the element is none, or ends within a number. Numbers above 2^53 lose
 * digits; no identifier known here has one.
 */
export function dottedOid(element: Element | undefined): string | undefined {
  if (element?.tag !== TAG.oid || ((element.content.at(-1) ?? 0x80) & 0x80) !== 0) return undefined;
  const { content } = element;
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (arcs.length === 0) {
      const root = Math.min(2, Math.floor(arc / 40));
      arcs.push(root, arc - root * 40);
    } else arcs.push(arc);
    arc = 0;
  }
  return arcs.join('.');
}

/** Bytes as ISO 8859-1, of which IA5String is a part. `TextDecoder` reads windows-1252 under that name. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Upper-case hex. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}

function readElement(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at];
  const short = bytes[at + 1];
  if (tag === undefined || short === undefined || (tag & 0x1f) === 0x1f) return undefined;
  let start = at + 2;
  let length = short;
  if (short >= 0x80) {
    const count = short & 0x7f;
    if (count === 0 || count > 4) return undefined;
    length = 0;
    for (; start < at + 2 + count; start += 1) length = length * 256 + (bytes[start] ?? 0);
    // Another form of the same length is not DER (X.690, section 10.1).
    if (length < 0x80 || length < 256 ** (count - 1)) return undefined;
  }
  const end = start + length;
  if (end > bytes.length) return undefined;
  return { tag, content: bytes.subarray(start, end), raw: bytes.subarray(at, end) };
}
