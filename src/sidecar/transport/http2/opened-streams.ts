/** Numbers of the streams that the peer has opened, which only grow (RFC 9113 section 5.1.1). */
export class OpenedStreams {
  /** The highest; 0 if there was none. */
  last = 0;
  /** Ends of the last range that was skipped. Its streams are closed without having been used. */
  #skippedFrom = 0;
  #skippedTo = 0;

  open(id: number): void {
    if (id > this.last + 2) {
      this.#skippedFrom = this.last;
      this.#skippedTo = id;
    }
    this.last = id;
  }

  /** True for a stream that nobody has opened. */
  isUnused(id: number): boolean {
    return id > this.last || (id & 1) === 0;
  }

  wasSkipped(id: number): boolean {
    return id > this.#skippedFrom && id < this.#skippedTo;
  }
}
