import type { Body, BodyDefect } from '../request/attributes.ts';
import type { HttpRequestMessage } from './messages.ts';
import type { ProxyObserver } from './proxy-observer.ts';

/**
 * Envoy's own header, set when it has buffered a body: `true` if its buffer held more bytes than it sent. It is `false`
 * for a buffer that was exactly full when Envoy asked, also if more bytes follow.
 */
const PARTIAL_BODY = 'x-envoy-auth-partial-body';

/**
 * The body from `raw_body` (the filter's `pack_as_bytes`) if it is not empty, else from `body`, and its size in bytes:
 * as declared, else as received by the proxy, -1 if it may go on. A body is whole only if `content-length` equals its
 * bytes, or if its length is unknown and below every buffer limit of the proxy.
 */
export function readBody(
  { rawBody = NO_BYTES, body: text = '', size: received = 0 }: HttpRequestMessage,
  headers: ReadonlyMap<string, string>,
  proxy: ProxyObserver,
): { readonly body: Body; readonly size: number } {
  const partial = headers.get(PARTIAL_BODY);
  // In raw headers Envoy's own comes after one of the caller: only `false` alone is certainly Envoy's.
  const isPartial = partial !== undefined && partial !== 'false';
  const declared = declaredLength(headers.get('content-length'));
  const mayGoOn = isPartial || proxy.mayGoOn(received);
  const size = declared ?? (mayGoOn ? -1 : received);
  const isCut = partial === 'true';
  if (rawBody.length === 0 && text !== '') {
    proxy.notice('text_bodies');
    proxy.observeBody(isCut ? ENCODER.encode(text).length : text.length, isCut);
    return { body: textBody(text, { isPartial, declared, proxy }), size };
  }
  proxy.observeBody(rawBody.length, isCut);
  const defect = defectOf(rawBody.length, { isPartial, declared, proxy });
  return { body: Object.freeze<Body>({ bytes: rawBody, defect }), size };
}

const NO_BYTES = new Uint8Array(0);

function declaredLength(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  // Nothing has the length -1, so a declaration that cannot be read leaves every body incomplete.
  return /^\d{1,15}$/.test(header) ? Number(header) : -1;
}

interface Facts {
  readonly isPartial: boolean;
  readonly declared: number | undefined;
  readonly proxy: ProxyObserver;
}

function defectOf(length: number, { isPartial, declared, proxy }: Facts): BodyDefect | undefined {
  if (isPartial) return 'truncated';
  // Envoy sends no bytes as well if it does not buffer the bodies of the route.
  if (length === 0 && declared !== 0) return 'missing';
  const isWhole = declared === undefined ? !proxy.mayGoOn(length) : declared === length;
  return isWhole ? undefined : 'truncated';
}

const ENCODER = new TextEncoder();
/** Envoy replaces bytes that are not UTF-8 by `!`; decoders of its messages replace them by U+FFFD. */
const REPLACEMENT = /[!\uFFFD]/;

/** Encodes the text when a policy first reads the body: most do not. */
function textBody(text: string, facts: Facts): Body {
  let bytes: Uint8Array | undefined;
  return Object.freeze<Body>({
    get bytes(): Uint8Array {
      bytes ??= ENCODER.encode(text);
      return bytes;
    },
    get defect(): BodyDefect | undefined {
      return defectOf(this.bytes.length, facts) ?? (REPLACEMENT.test(text) ? 'replaced' : undefined);
    },
  });
}
