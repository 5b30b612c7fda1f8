import { findName, type HeaderName, learnName } from './header-names.ts';
import { checkMessage, HEADER_VALUE, TEXT_ENTRY } from './message-shapes.ts';
import type { DecodeText } from './messages.ts';
import { fieldsOf, prefixAt, type Range, skipField, within } from './wire.ts';

/** Tags of an entry of `headers` and of a HeaderValue. */
const KEY = 0x0a;
const VALUE = 0x12;
const RAW_VALUE = 0x1a;
/** Tag of a HeaderValue in a HeaderMap. */
const HEADER = 0x0a;
const HEADER_MAP_KNOWN = 0b10;

/** Most headers that are listed by offset. */
const MOST_LISTED = 200;

/** Lists of the message that is read, copied when its length is known. The element is there for the kind of the array. */
const listedNames: HeaderName[] = [];
const listedValues: (number | string)[] = [''];

/** Number of the message that is read: two names in it with the same number are the same name. */
let message = 0;

function nextMessage(): number {
  message = (message + 1) & 0x3fff_ffff;
  return message;
}

/**
 * The offsets of the headers of a request, by name, if each header is sent once, under a name of lower-case letters,
 * digits and `-` that was seen before. Other headers have to be collected one by one.
 */
export class HeaderOffsets {
  readonly #bytes: Uint8Array;
  readonly #decode: DecodeText;
  #message = nextMessage();
  #count = 0;
  /** False after the first header of a HeaderMap (the filter's `encode_raw_headers`). */
  isJoined = true;
  /** True: the lists are not complete. */
  isUnusual = false;
  /** True if a header of `OVERRIDE_HEADERS` is among the usual ones. */
  hasOverride = false;
  /** Offsets of the values of `PSEUDO_HEADERS`; 0 for one that is absent. */
  method = 0;
  path = 0;
  authority = 0;
  scheme = 0;
  /** Names, and the offsets of their values in the same order. */
  names: readonly HeaderName[] = listedNames;
  values: (number | string)[] = listedValues;

  constructor(bytes: Uint8Array, decode: DecodeText) {
    this.#bytes = bytes;
    this.#decode = decode;
  }

  /** Reads an entry of `headers`. */
  readEntry(start: number, end: number): void {
    const keyEnd = this.isJoined ? this.#keyEnd(start) : 0;
    if (keyEnd !== 0 && this.#bytes[keyEnd] === VALUE && this.#isLast(keyEnd + 1, end)) {
      this.#add(start + 2, keyEnd, keyEnd + 1);
    } else {
      checkMessage(this.#bytes, start, end, TEXT_ENTRY, 3);
      if (this.isJoined) this.isUnusual = true;
    }
  }

  /** Reads a HeaderMap, whose headers replace those of `headers`. */
  readMap(start: number, end: number): void {
    const bytes = this.#bytes;
    let at = start;
    while (at < end) {
      if (bytes[at] !== HEADER) {
        at = skipField(bytes, at, end, 4, HEADER_MAP_KNOWN);
        continue;
      }
      if (this.isJoined) this.#beginRaw();
      const prefix = prefixAt(bytes, at + 1);
      const content = at + 1 + (prefix & 7);
      const stop = within(content + (prefix >>> 3), end);
      this.#readValue(content, stop);
      at = stop;
    }
  }

  /** Copies the lists, which the next message overwrites. */
  close(): void {
    this.names = listedNames.slice(0, this.#count);
    this.values = listedValues.slice(0, this.#count);
  }

  #beginRaw(): void {
    this.isJoined = false;
    this.#message = nextMessage();
    this.#count = 0;
    this.isUnusual = false;
    this.hasOverride = false;
    this.method = 0;
    this.path = 0;
    this.authority = 0;
    this.scheme = 0;
  }

  #readValue(start: number, end: number): void {
    const keyEnd = this.#keyEnd(start);
    const tag = this.#bytes[keyEnd];
    if (keyEnd !== 0 && (tag === RAW_VALUE || tag === VALUE) && this.#isLast(keyEnd + 1, end)) {
      this.#add(start + 2, keyEnd, keyEnd + 1);
    } else {
      checkMessage(this.#bytes, start, end, HEADER_VALUE, 5);
      this.isUnusual = true;
    }
  }

  /** Offset after a key that comes first and is short; else 0. */
  #keyEnd(start: number): number {
    const length = this.#bytes[start + 1] ?? 0x80;
    return this.#bytes[start] === KEY && length < 0x80 ? start + 2 + length : 0;
  }

  /** True if the content with the prefix at `at` is the end of the message. */
  #isLast(at: number, end: number): boolean {
    const prefix = prefixAt(this.#bytes, at);
    return at + (prefix & 7) + (prefix >>> 3) === end;
  }

  #add(nameStart: number, nameEnd: number, value: number): void {
    const name = findName(this.#bytes, nameStart, nameEnd - nameStart);
    if (name === undefined) {
      learnName(this.#bytes, nameStart, nameEnd - nameStart, this.#decode);
      this.isUnusual = true;
    } else if (name.seen === this.#message || this.#count === MOST_LISTED) this.isUnusual = true;
    else {
      name.seen = this.#message;
      if (name.pseudo >= 0) this.#addPseudo(name.pseudo, value);
      else {
        listedNames[this.#count] = name;
        listedValues[this.#count] = value;
        this.#count++;
        if (name.isOverride) this.hasOverride = true;
      }
    }
  }

  #addPseudo(place: number, value: number): void {
    if (place === 0) this.method = value;
    else if (place === 1) this.path = value;
    else if (place === 2) this.authority = value;
    else if (place === 3) this.scheme = value;
  }
}

/** Name and value of a header, as sent. */
type Sent = readonly [key: string, value: string];

/** Numbers of fields: of the entries in HttpRequest, the headers in HeaderMap, and those of an entry and a HeaderValue. */
const FIELD = { headers: 3, header: 1, key: 1, value: 2, rawValue: 3 } as const;

/** The headers of `headers` in an HttpRequest that was checked: of entries with the same key, the last. */
export function joinedHeaders(bytes: Uint8Array, http: Range, decode: DecodeText): Iterable<Sent> {
  const sent = new Map<string, string>();
  for (const part of fieldsOf(bytes, http.start, http.end)) {
    if (part.number !== FIELD.headers) continue;
    const texts = textsOf(bytes, part, decode);
    sent.set(texts[FIELD.key] ?? '', texts[FIELD.value] ?? '');
  }
  return sent;
}

/** The headers of a HeaderMap that was checked. */
export function* rawHeaders(bytes: Uint8Array, map: Range, decode: DecodeText): Generator<Sent, undefined> {
  for (const part of fieldsOf(bytes, map.start, map.end)) {
    if (part.number !== FIELD.header) continue;
    const texts = textsOf(bytes, part, decode);
    yield [texts[FIELD.key] ?? '', texts[FIELD.value] || (texts[FIELD.rawValue] ?? '')];
  }
}

/** The texts of an entry or a HeaderValue by number. */
function textsOf(bytes: Uint8Array, { start: from, end: to }: Range, decode: DecodeText): readonly string[] {
  const texts: string[] = [];
  for (const { number, start, end } of fieldsOf(bytes, from, to)) {
    if (number <= FIELD.rawValue) texts[number] = decode(bytes, start, end);
  }
  return texts;
}
