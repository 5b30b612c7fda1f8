import type { Attributes, Body, HeaderForm, Timestamp } from '../request/attributes.ts';
import { readBody } from './body.ts';
import type { CheckOffsets } from './check-offsets.ts';
import { joinedHeaders, rawHeaders } from './header-offsets.ts';
import { collectHeaders, type Headers, plainForm } from './headers.ts';
import type { DecodeText } from './messages.ts';
import type { ProxyObserver } from './proxy-observer.ts';
import { contentAt, int64At, lastField, lengthAt } from './wire.ts';
import { WireHeaders } from './wire-headers.ts';
import { commonTextAt, textAt, trimmedCommonTextAt } from './wire-text.ts';

type Request = Attributes['request'];

/** Tags in Timestamp. */
const SECONDS = 0x08;
const NANOS = 0x10;

/** An HTTP request. What a policy may not read is decoded when it is first read. */
export class WireRequest implements Request {
  readonly #at: CheckOffsets;
  readonly #decode: DecodeText;
  readonly #proxy: ProxyObserver;
  /** Undefined if the headers are as usual. */
  readonly #collected: Headers | undefined;
  readonly #headers: ReadonlyMap<string, string>;
  readonly #headerForm: HeaderForm;
  readonly #method: string;
  readonly #path: string;
  readonly #host: string;
  #id: string | undefined = undefined;
  #time: Timestamp | undefined = undefined;
  #body: ReturnType<typeof readBody> | undefined = undefined;

  constructor(at: CheckOffsets, proxy: ProxyObserver, decode: DecodeText) {
    const { bytes, headers } = at;
    this.#at = at;
    this.#decode = decode;
    this.#proxy = proxy;
    if (headers.isUnusual) {
      this.#collected = collect(at, decode);
      this.#headers = this.#collected.headers;
      this.#headerForm = this.#collected.form;
    } else {
      this.#collected = undefined;
      this.#headers = new WireHeaders(bytes, headers.names, headers.values, decode);
      this.#headerForm = plainForm(headers.isJoined, headers.hasOverride);
    }
    this.#method = commonTextAt(bytes, at.method, decode) || (this.#pseudo(':method', headers.method) ?? '');
    // Envoy writes `!` into `http.path` for bytes that are not UTF-8; raw headers have the bytes.
    const path = this.#pseudo(':path', headers.path) || commonTextAt(bytes, at.path, decode);
    this.#path = at.query === 0 ? path : withQuery(path, textAt(bytes, at.query, decode));
    this.#host =
      commonTextAt(bytes, at.host, decode) ||
      (this.#pseudo(':authority', headers.authority) ?? this.#headers.get('host') ?? '');
    if (lengthAt(bytes, at.rawBody) > 0 || lengthAt(bytes, at.body) > 0) this.#body = this.#readBody();
  }

  /** Envoy's own `id` is the number of a stream, which no one else sees; callers and logs have the header. */
  get id(): string {
    this.#id ??= this.#headers.get('x-request-id') ?? textAt(this.#at.bytes, this.#at.id, this.#decode);
    return this.#id;
  }

  get method(): string {
    return this.#method;
  }

  get path(): string {
    return this.#path;
  }

  get host(): string {
    return this.#host;
  }

  get scheme(): string {
    const { bytes, scheme, headers } = this.#at;
    return commonTextAt(bytes, scheme, this.#decode) || (this.#pseudo(':scheme', headers.scheme) ?? '');
  }

  get protocol(): string {
    return commonTextAt(this.#at.bytes, this.#at.protocol, this.#decode);
  }

  get time(): Timestamp | undefined {
    this.#time ??= timeAt(this.#at.bytes, this.#at.time);
    return this.#time;
  }

  get size(): number {
    this.#body ??= this.#readBody();
    return this.#body.size;
  }

  get headers(): ReadonlyMap<string, string> {
    return this.#headers;
  }

  get headerForm(): HeaderForm {
    return this.#headerForm;
  }

  get body(): Body {
    this.#body ??= this.#readBody();
    return this.#body.body;
  }

  /** Value of a pseudo-header; `at`: its offset if the headers are as usual. */
  #pseudo(name: string, at: number): string | undefined {
    if (this.#collected !== undefined) return this.#collected.pseudo.get(name);
    return at === 0 ? undefined : trimmedCommonTextAt(this.#at.bytes, at, this.#decode);
  }

  #readBody(): ReturnType<typeof readBody> {
    const { bytes, size, body, rawBody } = this.#at;
    const raw = contentAt(bytes, rawBody);
    const isRaw = lengthAt(bytes, rawBody) > 0;
    const message = {
      ...(isRaw
        ? { rawBody: bytes.subarray(raw.start, raw.end) }
        : { body: textAt(bytes, body, this.#decode) }),
      size: size === 0 ? 0 : int64At(bytes, size),
    };
    return readBody(message, this.#headers, this.#proxy);
  }
}

function collect({ bytes, headers, http, headerMap }: CheckOffsets, decode: DecodeText): Headers {
  const sent = headers.isJoined
    ? joinedHeaders(bytes, contentAt(bytes, http), decode)
    : rawHeaders(bytes, contentAt(bytes, headerMap), decode);
  return collectHeaders(sent, headers.isJoined);
}

/** Envoy leaves `query` empty and keeps it in `path`; a proxy that splits it off must not hide it from rules. */
function withQuery(path: string, query: string): string {
  return query === '' || path.includes('?') ? path : `${path}?${query}`;
}

/** The time if it is in the range of google.protobuf.Timestamp, the years 1 to 9999; else undefined. */
function timeAt(bytes: Uint8Array, at: number): Timestamp | undefined {
  if (at === 0) return undefined;
  const { start, end } = contentAt(bytes, at);
  const seconds = numberAt(bytes, lastField(bytes, start, end, SECONDS));
  const nanos = numberAt(bytes, lastField(bytes, start, end, NANOS));
  if (seconds < -62_135_596_800 || seconds > 253_402_300_799 || nanos < 0 || nanos > 999_999_999) {
    return undefined;
  }
  return Object.freeze({ seconds, nanos });
}

function numberAt(bytes: Uint8Array, at: number): number {
  return at === 0 ? 0 : int64At(bytes, at);
}
