/**
 * Decodes the percent-encoding of a peer certificate (Envoy: `%DOWNSTREAM_PEER_CERT%`). With a broken escape the whole
 * text is empty, as for a missing certificate: a part of a certificate proves nothing.
 */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
