/**
 * Undoes the percent-encoding of a peer certificate (Envoy: `%DOWNSTREAM_PEER_CERT%`). A broken escape makes the
 * whole text empty, which is how a missing certificate reads: half a certificate proves nothing.
 */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
