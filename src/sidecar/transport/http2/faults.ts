import type { ConnectionState } from './connection-state.ts';
import { ERROR, type ErrorCode } from './protocol.ts';
import type { Stream } from './stream.ts';

/** Mistakes of a peer, of its connection and of its streams, and the bounds on what it may do for nothing. */
export class Faults {
  readonly #connection: ConnectionState;

  constructor(connection: ConnectionState) {
    this.#connection = connection;
  }

  /** An error of the connection (RFC 9113 section 5.4.1). */
  fail(code: ErrorCode, detail: string): void {
    this.#connection.fail(code, detail);
  }

  /** An error of an open stream (RFC 9113 section 5.4.2). */
  ofStream(stream: Stream, code: ErrorCode): void {
    this.#connection.resetStream(stream, code);
    stream.user?.cancelled();
    this.endsUnanswered();
  }

  /** An error of a stream that may be closed; on one that is not open yet, an error of the connection. */
  ofId(id: number, code: ErrorCode): void {
    const { streams, opened } = this.#connection;
    const stream = streams.get(id);
    if (stream !== undefined) this.ofStream(stream, code);
    else if (opened.isUnused(id)) this.fail(code, 'a mistake on an idle stream');
    else this.refuse(id, code);
  }

  /** Refuses a stream that is not kept. */
  refuse(id: number, code: ErrorCode): void {
    this.#connection.sendReset(id, code);
    this.endsUnanswered();
  }

  /** Counts a stream that ends without an answer. */
  endsUnanswered(): void {
    if (this.#connection.resets.take()) return;
    this.fail(ERROR.ENHANCE_YOUR_CALM, 'too many streams end without an answer');
  }

  /** Counts a frame that brings no request further. */
  carriesNothing(): void {
    if (this.#connection.emptyFrames.take()) return;
    this.fail(ERROR.ENHANCE_YOUR_CALM, 'too many frames that carry nothing');
  }
}
