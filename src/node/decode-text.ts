import type { DecodeText } from '../engine/envoy/messages.ts';

/** Texts by the decoder of Buffer, which takes half the time of a TextDecoder for short ones. */
export const decodeText: DecodeText = (bytes, start, end) => asBuffer(bytes).toString('utf8', start, end);

/** The same memory as a Buffer. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
