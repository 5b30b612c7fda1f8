import { HEADER_FIELDS, isPlainName, OVERRIDE_HEADERS } from '../request/header-fields.ts';
import type { DecodeText } from './messages.ts';
import { isAt } from './wire.ts';

/** Pseudo-headers that are read; every other one is dropped. */
const PSEUDO_HEADERS = [':method', ':path', ':authority', ':scheme'] as const;

/** Place of a pseudo-header that is not read. */
const UNREAD = PSEUDO_HEADERS.length;

/** The name of a header, one object for all requests. Its text is lower-case letters, digits and `-`. */
export class HeaderName {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Place in `PSEUDO_HEADERS`, one more for any other pseudo-header; -1 for a header. */
  readonly pseudo: number;
  readonly isOverride: boolean;
  /** True for a header whose elements end with the names of certificates, in which white space counts. */
  readonly keepsSpace: boolean;
  /** Number of the last message that has the name. */
  seen = -1;
  /** The next name of the same slot. */
  next: HeaderName | undefined = undefined;

  constructor(text: string) {
    this.text = internalized(text);
    this.bytes = ENCODER.encode(text);
    const place = PSEUDO_HEADERS.findIndex((name) => name === text);
    this.pseudo = text.startsWith(':') ? (place === -1 ? UNREAD : place) : -1;
    this.isOverride = Object.hasOwn(OVERRIDE_HEADERS, text);
    this.keepsSpace = text === FORWARDED;
  }
}

/** Its elements end with the names of certificates, in which white space counts. */
export const FORWARDED = 'x-forwarded-client-cert';

const ENCODER = new TextEncoder();

/** The text as keys of objects are kept, so that it is compared with names in code by its address. */
function internalized(text: string): string {
  return Object.keys({ [text]: true })[0] ?? text;
}

const SLOTS = 256;
/** Most names of a slot that were learned from requests; the one that was learned first is forgotten. */
const MOST_LEARNED = 4;
/** Longest name that is learned, in bytes. */
const MAX_LENGTH = 64;

/** Names that every proxy sends, and those that policies read: they are never forgotten. */
const KNOWN: readonly string[] = [
  ...PSEUDO_HEADERS,
  ...Object.keys(HEADER_FIELDS),
  ...Object.keys(OVERRIDE_HEADERS),
  'content-length',
  'host',
  'traceparent',
  'x-request-id',
  'x-envoy-auth-partial-body',
  'x-envoy-attempt-count',
  'x-envoy-decorator-operation',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-external-address',
  'x-envoy-internal',
  'x-envoy-original-path',
  'x-envoy-peer-metadata',
  'x-envoy-peer-metadata-id',
  'x-b3-sampled',
  'x-b3-spanid',
  'x-b3-traceid',
];

/** The first name of each slot that is never forgotten. */
const known: (HeaderName | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
/** The first name of each slot that was learned, the newest first. */
const learned: (HeaderName | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

for (const text of new Set(KNOWN)) {
  const name = new HeaderName(text);
  const slot = slotOf(name.bytes, 0, name.bytes.length);
  name.next = known[slot];
  known[slot] = name;
}

function slotOf(bytes: Uint8Array, start: number, length: number): number {
  const middle = bytes[start + (length >>> 1)] ?? 0;
  const third = bytes[start + (length > 2 ? 2 : 0)] ?? 0;
  const last = bytes[start + length - 1] ?? 0;
  return (length * 37 + middle * 7 + third * 61 + last * 3) & (SLOTS - 1);
}

/** The name of these bytes; undefined if it was not learned. */
export function findName(bytes: Uint8Array, start: number, length: number): HeaderName | undefined {
  if (length === 0) return undefined;
  const slot = slotOf(bytes, start, length);
  return findIn(known[slot], bytes, start, length) ?? findIn(learned[slot], bytes, start, length);
}

function findIn(
  first: HeaderName | undefined,
  bytes: Uint8Array,
  start: number,
  length: number,
): HeaderName | undefined {
  let name = first;
  while (name !== undefined && !isAt(bytes, start, start + length, name.bytes)) name = name.next;
  return name;
}

/**
 * Learns a name that `findName` does not find, unless it is long or has other characters than lower-case letters, digits
 * and `-`. INVARIANT: no two names that `findName` can return have the same bytes.
 */
export function learnName(bytes: Uint8Array, start: number, length: number, decode: DecodeText): void {
  if (length === 0 || length > MAX_LENGTH) return;
  const text = decode(bytes, start, start + length);
  if (!isPlainName(text.startsWith(':') ? text.slice(1) : text)) return;
  const slot = slotOf(bytes, start, length);
  const name = new HeaderName(text);
  name.next = learned[slot];
  learned[slot] = name;
  let last = name;
  for (let count = 1; count < MOST_LEARNED && last.next !== undefined; count++) last = last.next;
  last.next = undefined;
}
