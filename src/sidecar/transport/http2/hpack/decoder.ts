import { BlockReader } from './block-reader.ts';
import { DynamicTable, ENTRY_OVERHEAD } from './dynamic-table.ts';
import { HpackError } from './hpack-error.ts';
import { FIRST_DYNAMIC, STATIC_NAMES, STATIC_VALUES } from './static-table.ts';

/** Takes a field of a list. `isSensitive`: the peer asks that it is never put into a table. Texts are latin1. */
export type FieldSink = (name: string, value: string, isSensitive: boolean) => void;

export interface HpackDecoderOptions {
  /**
   * Bytes of the dynamic table, as advertised by SETTINGS_HEADER_TABLE_SIZE. A peer that has not read the settings yet
   * uses a table of 4096 bytes, so a smaller number makes its first blocks fail.
   */
  readonly maxTableBytes: number;
  /** Most bytes of a list: of each field the name, the value and 32 (RFC 9113 section 6.5.2). */
  readonly maxListBytes: number;
}

/** Bytes of the table before the peer changes them (RFC 9113 section 6.5.2). */
const INITIAL_TABLE_BYTES = 4096;

/** Decoder of the header blocks of one connection, in the order of their arrival (RFC 7541). */
export class HpackDecoder {
  readonly #maxTableBytes: number;
  readonly #maxListBytes: number;
  readonly #reader = new BlockReader();
  readonly #table: DynamicTable;
  /** Bytes of the list so far. */
  #listBytes = 0;

  constructor({ maxTableBytes, maxListBytes }: HpackDecoderOptions) {
    this.#maxTableBytes = maxTableBytes;
    this.#maxListBytes = maxListBytes;
    this.#table = new DynamicTable(Math.min(INITIAL_TABLE_BYTES, maxTableBytes), maxTableBytes);
  }

  /**
   * Gives each field of the block in `block` from `start` to `end` to the sink. False if the list is larger than
   * `maxListBytes`: the sink then has only the fields that fit, and the connection can go on without this stream. Throws
   * HpackError for a malformed block, after which the decoder must not be used.
   */
  decode(block: Uint8Array, start: number, end: number, sink: FieldSink): boolean {
    const reader = this.#reader;
    reader.open(block, start, end);
    this.#listBytes = 0;
    this.#resizes();
    while (reader.hasMore) {
      const first = reader.peek();
      if (first >= 0x80) this.#indexed(sink);
      else if (first >= 0x40) this.#literal(0x3f, sink, true);
      else if (first >= 0x20) throw new HpackError('a size update is not at the start of its header block');
      else this.#literal(0x0f, sink, false, first >= 0x10);
    }
    return this.#listBytes <= this.#maxListBytes;
  }

  /** Size updates, which only the start of a block may have (RFC 7541 sections 4.2 and 6.3). */
  #resizes(): void {
    const reader = this.#reader;
    while (reader.hasMore && (reader.peek() & 0xe0) === 0x20) {
      const bytes = reader.integer(0x1f);
      if (bytes > this.#maxTableBytes) {
        throw new HpackError('a size update is larger than SETTINGS_HEADER_TABLE_SIZE');
      }
      this.#table.resize(bytes);
    }
  }

  #indexed(sink: FieldSink): void {
    const index = this.#reader.integer(0x7f);
    if (index < FIRST_DYNAMIC) {
      if (index === 0) throw new HpackError('index 0 is not a field');
      this.#give(sink, STATIC_NAMES[index] ?? '', STATIC_VALUES[index] ?? '', false);
      return;
    }
    const age = this.#ageOf(index);
    this.#give(sink, this.#table.name(age), this.#table.value(age), false);
  }

  #literal(mask: number, sink: FieldSink, isKept: boolean, isSensitive = false): void {
    const index = this.#reader.integer(mask);
    const name = index === 0 ? this.#reader.text() : this.#nameAt(index);
    const value = this.#reader.text();
    if (isKept) this.#table.add(name, value);
    this.#give(sink, name, value, isSensitive);
  }

  #nameAt(index: number): string {
    return index < FIRST_DYNAMIC ? (STATIC_NAMES[index] ?? '') : this.#table.name(this.#ageOf(index));
  }

  #ageOf(index: number): number {
    const age = index - FIRST_DYNAMIC;
    if (age >= this.#table.count) throw new HpackError('an index of a header block has no entry');
    return age;
  }

  /** The rest of a list that is too large only keeps the table in step. */
  #give(sink: FieldSink, name: string, value: string, isSensitive: boolean): void {
    this.#listBytes += name.length + value.length + ENTRY_OVERHEAD;
    if (this.#listBytes <= this.#maxListBytes) sink(name, value, isSensitive);
  }
}
