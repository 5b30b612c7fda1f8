import type { Bounds } from '../http2/bounds.ts';
import { mostReadBytes } from '../message-bounds.ts';
import { StatusError } from '../transport.ts';
import { Inflater } from './inflate.ts';
import { Retained } from './retained.ts';
import { STATUS } from './status.ts';

/** Most open streams of a listener: a few watches of health, and tools that read the reflection. */
const MAX_STREAMS = 256;

/** The parts that all calls of a listener share. */
export class Service {
  readonly bounds: Bounds;
  readonly maxMessageBytes: number;
  /** Largest message that is read, although the method does not get it. */
  readonly mostReadBytes: number;
  readonly inflater = new Inflater();
  readonly retained = new Retained();
  #openStreams = 0;

  constructor(bounds: Bounds, maxMessageBytes: number) {
    this.bounds = bounds;
    this.maxMessageBytes = maxMessageBytes;
    this.mostReadBytes = mostReadBytes(maxMessageBytes);
  }

  tooLarge(): StatusError {
    return new StatusError(
      STATUS.RESOURCE_EXHAUSTED,
      `the message is larger than ${String(this.maxMessageBytes)} bytes`,
    );
  }

  /** Counts a stream of messages; false if too many are open. They stay open as long as their callers like. */
  openStream(): boolean {
    if (this.#openStreams >= MAX_STREAMS) return false;
    this.#openStreams += 1;
    return true;
  }

  closeStream(): void {
    this.#openStreams -= 1;
  }
}
