import { HeaderFrame } from '../http2/header-frame.ts';
import type { Route, Stream, StreamUser } from '../http2/stream.ts';
import type { StatusError } from '../transport.ts';
import { statusAlone } from './status.ts';

/** A request that is answered with a text of HTTP after its end. Its body is read and dropped. */
class TextAnswer implements StreamUser {
  readonly #stream: Stream;
  readonly #headers: HeaderFrame;
  readonly #text: Uint8Array;
  /** Milliseconds in which the request must end. */
  readonly #time: number;

  constructor(stream: Stream, headers: HeaderFrame, text: Uint8Array, time: number) {
    this.#stream = stream;
    this.#headers = headers;
    this.#text = text;
    this.#time = time;
  }

  data(_bytes: Buffer, start: number, end: number, isEnd: boolean): void {
    if (isEnd) this.#answer();
    else this.#stream.grant(end - start);
  }

  refuse(): void {
    this.#answer();
  }

  tick(now: number): void {
    if (now - this.#stream.arrived > this.#time) this.#answer();
  }

  cancelled(): void {}
  closing(): void {}
  drained(): void {}

  #answer(): void {
    if (this.#stream.hasHeaders) return;
    this.#stream.headers(this.#headers);
    this.#stream.finish(this.#text);
  }
}

/** Answers with a status of gRPC at once: a caller may wait for it before it ends its request. */
export function statusRoute(status: StatusError, httpStatus?: string): Route {
  const frame = statusAlone(status, httpStatus);
  return {
    accept(stream) {
      stream.headers(frame);
      return NOBODY;
    },
  };
}

/** Answers what is not a call of gRPC with a status of HTTP and a sentence, after its end. */
export function textRoute(
  status: string,
  text: string,
  time: number,
  fields: readonly (readonly [string, string])[] = [],
): Route {
  const body = Buffer.from(`${text}\n`);
  const headers = new HeaderFrame(
    [[':status', status], ['content-type', 'text/plain'], ['content-length', String(body.length)], ...fields],
    false,
  );
  return { accept: (stream) => new TextAnswer(stream, headers, body, time) };
}

/** Receiver of what follows a final answer. */
const NOBODY: StreamUser = {
  data() {},
  refuse() {},
  tick() {},
  cancelled() {},
  closing() {},
  drained() {},
};
