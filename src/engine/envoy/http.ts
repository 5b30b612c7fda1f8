import type { Body } from '../request/attributes.ts';
import type { HttpRequestMessage } from './messages.ts';

/** Envoy's own header, set whenever `with_request_body` is on: `true` when its buffer was smaller than the body. */
const PARTIAL_BODY = 'x-envoy-auth-partial-body';

export interface Headers {
  /** Lower-case names, pseudo-headers left out. */
  readonly headers: ReadonlyMap<string, string>;
  /** `:method`, `:path`, `:authority`, `:scheme` and whatever else begins with a colon. */
  readonly pseudo: ReadonlyMap<string, string>;
}

/**
 * The headers from `header_map` (the filter's `encode_raw_headers`) where there are any, else from `headers`.
 * Repeats are joined: with `; ` for cookies (RFC 9113, section 8.2.3), with `,` for all else (RFC 9110, section 5.3).
 */
export function readHeaders(http: HttpRequestMessage): Headers {
  const headers = new Map<string, string>();
  const pseudo = new Map<string, string>();
  const raw = http.headerMap?.headers;
  if (raw !== undefined && raw.length > 0) {
    for (const { key = '', value = '', rawValue } of raw) add(headers, pseudo, key, value || text(rawValue));
  } else if (http.headers !== undefined) {
    const { headers: known } = http;
    for (const name of Object.keys(known)) add(headers, pseudo, name, known[name] ?? '');
  }
  return { headers, pseudo };
}

function add(headers: Map<string, string>, pseudo: Map<string, string>, key: string, value: string): void {
  if (key === '') return;
  const name = key.toLowerCase();
  if (name.startsWith(':')) {
    if (!pseudo.has(name)) pseudo.set(name, value);
    return;
  }
  const before = headers.get(name);
  headers.set(name, before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ','}${value}`);
}

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes that are no UTF-8 read as U+FFFD, as they do in `headers`. */
function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined || bytes.length === 0 ? '' : DECODER.decode(bytes);
}

const NO_BYTES = new Uint8Array(0);

/** `raw_body` (the filter's `pack_as_bytes`) where it is not empty, else `body`. */
export function readBody({ rawBody, body = '' }: HttpRequestMessage, headers: Headers['headers']): Body {
  const truncated = isPartial(headers.get(PARTIAL_BODY));
  if (rawBody !== undefined && rawBody.length > 0) return Object.freeze<Body>({ bytes: rawBody, truncated });
  return body === '' ? Object.freeze<Body>({ bytes: NO_BYTES, truncated }) : textBody(body, truncated);
}

/** Among raw headers Envoy's own comes after one that the caller sent: only a plain `false` is sure to be Envoy's. */
function isPartial(value: string | undefined): boolean {
  return value !== undefined && value !== 'false';
}

const ENCODER = new TextEncoder();

/** The text is encoded when a policy first reads the body: most do not. */
function textBody(text: string, truncated: boolean): Body {
  let bytes: Uint8Array | undefined;
  return Object.freeze<Body>({
    truncated,
    get bytes(): Uint8Array {
      bytes ??= ENCODER.encode(text);
      return bytes;
    },
  });
}
