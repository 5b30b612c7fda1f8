import type { HeaderForm } from '../request/attributes.ts';
import { foldedName, isPlainName, OVERRIDE_HEADERS } from '../request/header-fields.ts';
import { FORWARDED } from './header-names.ts';
import type { HttpRequestMessage } from './messages.ts';

export interface Headers {
  /** Lower-case names, pseudo-headers left out. */
  readonly headers: ReadonlyMap<string, string>;
  readonly form: HeaderForm;
  /** Names that begin with a colon: `:method`, `:path`, `:authority`, `:scheme` and any other. */
  readonly pseudo: ReadonlyMap<string, string>;
}

/**
 * Headers of `header_map` (the filter's `encode_raw_headers`) if it has any, else of `headers`, out of a message as an
 * object.
 */
export function readHeaders({ headerMap, headers: joined }: HttpRequestMessage): Headers {
  const raw = headerMap?.headers;
  if (raw === undefined || raw.length === 0) return collectHeaders(Object.entries(joined ?? {}), true);
  return collectHeaders(
    raw.map(({ key = '', value = '', rawValue }) => [key, value || text(rawValue)]),
    false,
  );
}

/**
 * Collects headers in the order in which they were sent. In the text of a header, repeated ones are joined: with `; ` for
 * cookies (RFC 9113, section 8.2.3), with `,` for all others (RFC 9110, section 5.3).
 */
export function collectHeaders(
  sent: Iterable<readonly [key: string, value: string]>,
  isJoined: boolean,
): Headers {
  const collected = new Collected();
  for (const [key, value] of sent) collected.add(key, value);
  return collected.headers(isJoined);
}

const NO_REPETITIONS: HeaderForm['repeated'] = new Map();
const NO_NAMES: readonly string[] = [];

/** The form of headers that were each sent once, under usual names. */
export function plainForm(isJoined: boolean, hasOverride: boolean): HeaderForm {
  if (hasOverride) return isJoined ? JOINED_OVERRIDE : RAW_OVERRIDE;
  return isJoined ? JOINED : RAW;
}

const RAW: HeaderForm = Object.freeze({
  isJoined: false,
  repeated: NO_REPETITIONS,
  unusual: NO_NAMES,
  hasOverride: false,
});
const JOINED: HeaderForm = Object.freeze({ ...RAW, isJoined: true });
const RAW_OVERRIDE: HeaderForm = Object.freeze({ ...RAW, hasOverride: true });
const JOINED_OVERRIDE: HeaderForm = Object.freeze({ ...RAW_OVERRIDE, isJoined: true });

class Collected {
  readonly #headers = new Map<string, string>();
  readonly #pseudo = new Map<string, string>();
  #repeated: Map<string, string[]> | undefined;
  #unusual: string[] | undefined;
  #hasOverride = false;

  add(key: string, written: string): void {
    const value = key === FORWARDED ? written : withoutSpace(written);
    // Nearly all names are lower-case letters, digits and `-`, which one test tells.
    if (isPlainName(key)) this.#put(key, value);
    else this.#addUnusual(key.toLowerCase(), value);
  }

  headers(isJoined: boolean): Headers {
    const isPlain = this.#repeated === undefined && this.#unusual === undefined;
    const form = isPlain
      ? plainForm(isJoined, this.#hasOverride)
      : Object.freeze<HeaderForm>({
          isJoined,
          repeated: this.#repeated ?? NO_REPETITIONS,
          unusual: this.#unusual ?? NO_NAMES,
          hasOverride: this.#hasOverride,
        });
    return { headers: this.#headers, pseudo: this.#pseudo, form };
  }

  #addUnusual(name: string, value: string): void {
    if (name.startsWith(':')) {
      if (!this.#pseudo.has(name)) this.#pseudo.set(name, value);
      return;
    }
    if (!isPlainName(name) && !this.#headers.has(name)) {
      this.#unusual ??= [];
      this.#unusual.push(name);
    }
    this.#put(name, value);
  }

  #put(name: string, value: string): void {
    if (name === '') return;
    const earlier = this.#headers.get(name);
    if (earlier === undefined) {
      this.#headers.set(name, value);
      if (Object.hasOwn(OVERRIDE_HEADERS, foldedName(name))) this.#hasOverride = true;
      return;
    }
    this.#headers.set(name, `${earlier}${name === 'cookie' ? '; ' : ','}${value}`);
    this.#repeated ??= new Map();
    const values = this.#repeated.get(name);
    if (values === undefined) this.#repeated.set(name, [earlier, value]);
    else values.push(value);
  }
}

/** White space around a value is not part of it (RFC 9110, section 5.5); Envoy keeps that of HTTP/2. */
function withoutSpace(value: string): string {
  let start = 0;
  let end = value.length;
  while (isSpace(value.charCodeAt(start))) start++;
  while (end > start && isSpace(value.charCodeAt(end - 1))) end--;
  return end - start === value.length ? value : value.slice(start, end);
}

/** True for the white space around the value of a header, as a byte or a UTF-16 unit. */
export function isSpace(code: number | undefined): boolean {
  return code === 0x20 || code === 0x09;
}

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes that are not UTF-8 become U+FFFD. */
function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined || bytes.length === 0 ? '' : DECODER.decode(bytes);
}
