import type { Bounds } from './bounds.ts';
import { HeadBuilder } from './header-rules.ts';
import { HpackDecoder } from './hpack/decoder.ts';
import type { RequestHead } from './stream.ts';

/** Bytes of the dynamic table: the default, which peers use before they know our settings. */
const TABLE_BYTES = 4096;

/** Longest header block whose head is kept for the next request. */
const LONGEST_KEPT = 256;

/** Reader of the header blocks of a connection. */
export class HeaderBlocks {
  readonly #decoder: HpackDecoder;
  readonly #builder: HeadBuilder;
  /**
   * Block of the last request and its head. A proxy sends the same fields with each request, of which after the second
   * only indexes are left: the same bytes mean the same fields as long as no other block has changed the table.
   */
  #lastBlock: Uint8Array | undefined;
  #lastHead: RequestHead | undefined;

  constructor({ headerListBytes }: Pick<Bounds, 'headerListBytes'>, routeFields: ReadonlySet<string>) {
    this.#builder = new HeadBuilder(routeFields);
    this.#decoder = new HpackDecoder({ maxTableBytes: TABLE_BYTES, maxListBytes: headerListBytes });
  }

  /** Head of a request. Throws HpackError. */
  request(bytes: Uint8Array, start: number, end: number): RequestHead {
    if (this.#lastHead !== undefined && this.#isLast(bytes, start, end)) return this.#lastHead;
    const head = this.#decode(bytes, start, end, false);
    const canKeep = end - start <= LONGEST_KEPT && hasOnlyIndexes(bytes, start, end);
    this.#lastBlock = canKeep ? Uint8Array.from(bytes.subarray(start, end)) : undefined;
    this.#lastHead = canKeep ? head : undefined;
    return head;
  }

  /** Trailers, of which only the mistake matters. Throws HpackError. */
  trailers(bytes: Uint8Array, start: number, end: number): RequestHead {
    this.#lastHead = undefined;
    return this.#decode(bytes, start, end, true);
  }

  #decode(bytes: Uint8Array, start: number, end: number, isTrailers: boolean): RequestHead {
    this.#builder.open(isTrailers);
    const fits = this.#decoder.decode(bytes, start, end, this.#builder.add);
    return this.#builder.close(!fits);
  }

  #isLast(bytes: Uint8Array, start: number, end: number): boolean {
    const last = this.#lastBlock;
    if (last === undefined || last.length !== end - start) return false;
    for (let at = 0; at < last.length; at += 1) {
      if (last[at] !== bytes[start + at]) return false;
    }
    return true;
  }
}

/** True if each byte is an indexed field (RFC 7541 section 6.1): such a block changes no table. */
function hasOnlyIndexes(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80 || byte === 0xff) return false;
  }
  return true;
}
