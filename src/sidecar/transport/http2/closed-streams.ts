/** Streams that are remembered; frames of older ones are answered with STREAM_CLOSED. */
const REMEMBERED = 256;

/**
 * Streams that this side has ended before its peer did. The peer may have sent frames for them before it knew, which
 * are ignored (RFC 9113 section 5.1).
 */
export class ClosedStreams {
  readonly #ended = new Set<number>();

  add(stream: number): void {
    if (this.#ended.size >= REMEMBERED) {
      for (const oldest of this.#ended) {
        this.#ended.delete(oldest);
        break;
      }
    }
    this.#ended.add(stream);
  }

  has(stream: number): boolean {
    return this.#ended.has(stream);
  }
}
