import type { DecodeText } from '../engine/envoy/messages.ts';
import { asBuffer } from './as-buffer.ts';

/** Texts by the decoder of Buffer, which takes half the time of a TextDecoder for short ones. */
export const decodeText: DecodeText = (bytes, start, end) => asBuffer(bytes).toString('utf8', start, end);
