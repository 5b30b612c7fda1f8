import type { Attributes } from '../request/attributes.ts';
import { CheckOffsets } from './check-offsets.ts';
import type { DecodeText } from './messages.ts';
import { ProxyObserver } from './proxy-observer.ts';
import { lengthAt } from './wire.ts';
import { WireAttributes } from './wire-attributes.ts';

export type DecodedCheck =
  | { readonly attributes: Attributes; readonly reason?: undefined }
  | { readonly reason: 'bad_check' | 'not_http'; readonly attributes?: undefined };

const BAD_CHECK = { reason: 'bad_check' } as const;
const NOT_HTTP = { reason: 'not_http' } as const;

/**
 * Reads a CheckRequest into one snapshot. Never throws. `bad_check`: the bytes are not a CheckRequest, not one that all
 * readers of protobuf read alike, or it has no attributes; `not_http`: it has no HTTP request (checks of the network
 * filter). Everything else may be missing, since other proxies than Envoy use ext_authz (gRPC's own filter, gRFC A92,
 * sends less).
 *
 * The whole message is checked here; texts are decoded when they are first read, and what is not UTF-8 in them is U+FFFD
 * then. `bytes` must not change after the call, as the snapshot is a view of them. `proxy` is what earlier checks have
 * told about the proxy, and learns from this one.
 */
export function decodeCheck(
  bytes: Uint8Array,
  decode: DecodeText,
  proxy = new ProxyObserver(),
): DecodedCheck {
  try {
    const at = new CheckOffsets(bytes, decode);
    if (at.start === 0) return BAD_CHECK;
    if (at.http === 0) return NOT_HTTP;
    if (lengthAt(bytes, at.source.principal) > 0 && lengthAt(bytes, at.source.certificate) === 0) {
      proxy.notice('no_certificates');
    }
    const attributes = new WireAttributes(at, proxy, decode);
    const { headers, headerForm } = attributes.request;
    // Proxies other than Envoy may send no headers at all.
    if (headerForm.isJoined && headers.size > 0) proxy.notice('joined_headers');
    return { attributes };
  } catch {
    return BAD_CHECK;
  }
}
