/**
 * A header block that cannot be decoded. The table of the decoder no longer agrees with that of the peer, so the
 * connection ends with COMPRESSION_ERROR (RFC 9113 section 4.3).
 */
export class HpackError extends Error {
  override readonly name = 'HpackError';
}
