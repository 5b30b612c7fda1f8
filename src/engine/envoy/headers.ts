import type { HeaderForm } from '../request/attributes.ts';
import { isPlainName } from '../request/header-fields.ts';
import type { HttpRequestMessage } from './messages.ts';

export interface Headers {
  /** Lower-case names, pseudo-headers left out. */
  readonly headers: ReadonlyMap<string, string>;
  readonly form: HeaderForm;
  /** Names that begin with a colon: `:method`, `:path`, `:authority`, `:scheme` and any other. */
  readonly pseudo: ReadonlyMap<string, string>;
}

/**
 * Headers of `header_map` (the filter's `encode_raw_headers`) if it has any, else of `headers`. In the text of a
 * header, repeated ones are joined: with `; ` for cookies (RFC 9113, section 8.2.3), with `,` for all others
 * (RFC 9110, section 5.3).
 */
export function readHeaders({ headerMap, headers: joined }: HttpRequestMessage): Headers {
  const raw = headerMap?.headers;
  if (raw !== undefined && raw.length > 0) {
    const collected = new Collected();
    for (const { key = '', value = '', rawValue } of raw) collected.add(key, value || text(rawValue));
    return collected.headers(false);
  }
  const collected = new Collected();
  if (joined !== undefined) {
    for (const name of Object.keys(joined)) collected.add(name, joined[name] ?? '');
  }
  return collected.headers(true);
}

const NO_REPETITIONS: HeaderForm['repeated'] = new Map();
const NO_NAMES: readonly string[] = [];
const RAW: HeaderForm = Object.freeze({ isJoined: false, repeated: NO_REPETITIONS, unusual: NO_NAMES });
const JOINED: HeaderForm = Object.freeze({ ...RAW, isJoined: true });

/** Its elements end with the names of certificates, in which white space counts. */
const FORWARDED = 'x-forwarded-client-cert';

class Collected {
  readonly #headers = new Map<string, string>();
  readonly #pseudo = new Map<string, string>();
  #repeated: Map<string, string[]> | undefined;
  #unusual: string[] | undefined;

  add(key: string, written: string): void {
    const value = key === FORWARDED ? written : withoutSpace(written);
    // Nearly all names are lower-case letters, digits and `-`, which one test tells.
    if (isPlainName(key)) this.#put(key, value);
    else this.#addUnusual(key.toLowerCase(), value);
  }

  headers(isJoined: boolean): Headers {
    const isPlain = this.#repeated === undefined && this.#unusual === undefined;
    const form = isPlain
      ? isJoined
        ? JOINED
        : RAW
      : Object.freeze<HeaderForm>({
          isJoined,
          repeated: this.#repeated ?? NO_REPETITIONS,
          unusual: this.#unusual ?? NO_NAMES,
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

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes that are not UTF-8 become U+FFFD. */
function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined || bytes.length === 0 ? '' : DECODER.decode(bytes);
}
