import { HeaderFrame } from '../http2/header-frame.ts';
import type { Route, Stream, StreamUser } from '../http2/stream.ts';
import type { StatusError } from '../transport.ts';
import { statusAlone } from './status.ts';

/** A request that is answered without a handler. Its body is read and dropped. */
abstract class Refusal implements StreamUser {
  readonly stream: Stream;
  /** Milliseconds in which the request must end. */
  readonly #time: number;

  constructor(stream: Stream, time: number) {
    this.stream = stream;
    this.#time = time;
  }

  abstract answer(): void;

  data(_bytes: Buffer, start: number, end: number, isEnd: boolean): void {
    if (isEnd) this.answer();
    else this.stream.grant(end - start);
  }

  refuse(): boolean {
    if (this.stream.isRemoteEnded) return false;
    this.answer();
    return true;
  }

  tick(now: number): void {
    if (!this.stream.isRemoteEnded && now - this.stream.arrived > this.#time) this.answer();
  }

  cancelled(): void {}
  closing(): void {}
  drained(): void {}
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
  class TextAnswer extends Refusal {
    override answer(): void {
      this.stream.headers(headers);
      this.stream.finish(body);
    }
  }
  return { accept: (stream) => new TextAnswer(stream, time) };
}

/** Receiver of what follows a final answer. */
const NOBODY: StreamUser = {
  data() {},
  refuse: () => false,
  tick() {},
  cancelled() {},
  closing() {},
  drained() {},
};
