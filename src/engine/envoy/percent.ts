/**
 * Decodes the percent-encoding of a peer certificate (Envoy: `%DOWNSTREAM_PEER_CERT%`). A text with a broken escape
 * stays as it is, which is not PEM: it must not be taken for a missing certificate.
 */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
