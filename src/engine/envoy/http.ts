import type { HttpRequestMessage } from './messages.ts';

export interface Headers {
  /** Lower-case names, pseudo-headers left out. */
  readonly headers: ReadonlyMap<string, string>;
  /** Names that begin with a colon: `:method`, `:path`, `:authority`, `:scheme` and any other. */
  readonly pseudo: ReadonlyMap<string, string>;
}

/**
 * Headers of `header_map` (the filter's `encode_raw_headers`) if it has any, else of `headers`. Repeated headers are
 * joined: with `; ` for cookies (RFC 9113, section 8.2.3), with `,` for all others (RFC 9110, section 5.3).
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
  const earlier = headers.get(name);
  headers.set(name, earlier === undefined ? value : `${earlier}${name === 'cookie' ? '; ' : ','}${value}`);
}

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes that are not UTF-8 become U+FFFD, as in `headers`. */
function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined || bytes.length === 0 ? '' : DECODER.decode(bytes);
}
