import { HpackDecoder } from '../../../../../src/sidecar/transport/http2/hpack/decoder.ts';
import { HpackError } from '../../../../../src/sidecar/transport/http2/hpack/hpack-error.ts';
import { indexed } from '../../../../support/hpack-literals.ts';

/** A decoder with these bounds; by default 4096 bytes of table and 64 KiB of list. */
export function decoderWith(
  bounds: { readonly maxTableBytes?: number; readonly maxListBytes?: number } = {},
): HpackDecoder {
  return new HpackDecoder({ maxTableBytes: 4096, maxListBytes: 65_536, ...bounds });
}

/** A decoded block: `name: value` of each field, with `!` before those that are sensitive. */
export interface DecodedList {
  readonly list: readonly string[];
  readonly fits: boolean;
}

/** Decodes a block, given in hexadecimal or as bytes. */
export function decodeList(decoder: HpackDecoder, block: string | Uint8Array): DecodedList {
  const bytes = typeof block === 'string' ? Buffer.from(block, 'hex') : block;
  const list: string[] = [];
  const fits = decoder.decode(bytes, 0, bytes.length, (name, value, isSensitive) => {
    list.push(`${isSensitive ? '!' : ''}${name}: ${value}`);
  });
  return { list, fits };
}

/** Entries of the dynamic table, the newest first. The decoder must not be used after it. */
export function tableOf(decoder: HpackDecoder): readonly string[] {
  const entries: string[] = [];
  for (let index = 62; ; index += 1) {
    try {
      entries.push(...decodeList(decoder, indexed(index)).list);
    } catch (error) {
      if (error instanceof HpackError) return entries;
      throw error;
    }
  }
}
