import { encodeHeaders } from './hpack/encode.ts';
import { FLAG, FRAME, FRAME_HEAD_BYTES, putFrameHead, putUint32 } from './protocol.ts';

/** A HEADERS frame that is prepared once and sent on many streams: only the number of the stream differs. */
export class HeaderFrame {
  readonly block: Uint8Array;
  /** True if the frame ends the stream. */
  readonly isEnd: boolean;
  readonly length: number;
  readonly #frame: Uint8Array;

  constructor(fields: readonly (readonly [name: string, value: string])[], isEnd: boolean) {
    this.block = encodeHeaders(fields);
    this.isEnd = isEnd;
    this.length = FRAME_HEAD_BYTES + this.block.length;
    this.#frame = Buffer.alloc(this.length);
    const flags = FLAG.endHeaders | (isEnd ? FLAG.endStream : 0);
    putFrameHead(this.#frame, 0, this.block.length, FRAME.headers, flags, 0);
    this.#frame.set(this.block, FRAME_HEAD_BYTES);
  }

  /** Writes the frame for a stream. */
  put(bytes: Uint8Array, at: number, stream: number): void {
    bytes.set(this.#frame, at);
    putUint32(bytes, at + 5, stream);
  }
}
