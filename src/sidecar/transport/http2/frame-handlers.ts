import type { ConnectionState } from './connection-state.ts';
import { ControlFrames } from './control-frames.ts';
import { Faults } from './faults.ts';
import type { FrameReceiver } from './frame-reader.ts';
import { ERROR, FLAG, FRAME } from './protocol.ts';
import { Requests } from './requests.ts';

/** Text that clients of HTTP/1.1 get, such as browsers. */
const HTTP1_TEXT = 'this address serves gRPC over HTTP/2\n';
const HTTP1_ANSWER = `HTTP/1.1 505 HTTP Version Not Supported\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${String(HTTP1_TEXT.length)}\r\n\r\n${HTTP1_TEXT}`;

/** Handlers of the frames of a peer by type (RFC 9113 sections 5 and 6). */
export class FrameHandlers implements FrameReceiver {
  readonly #connection: ConnectionState;
  readonly #faults: Faults;
  readonly #requests: Requests;
  readonly #control: ControlFrames;

  constructor(connection: ConnectionState) {
    this.#connection = connection;
    this.#faults = new Faults(connection);
    this.#requests = new Requests(connection, this.#faults);
    this.#control = new ControlFrames(connection, this.#faults);
  }

  get isStopped(): boolean {
    return this.#connection.isStopped;
  }

  greeted(): void {
    this.#control.greet();
  }

  frame(type: number, flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    this.#handle(type, flags, stream, bytes, start, end);
    connection.budget -= 1;
    if (connection.budget < 0) connection.spent();
  }

  tooLong(): void {
    this.#faults.fail(ERROR.FRAME_SIZE_ERROR, 'a frame is longer than MAX_FRAME_SIZE');
  }

  notHttp2(chunk: Buffer): void {
    const isHttp1 = /^[A-Z]+ \S+ HTTP\/1\.[01]\r\n/.test(chunk.toString('latin1', 0, 1024));
    this.#connection.refuse('the connection does not begin as HTTP/2', isHttp1 ? HTTP1_ANSWER : '');
  }

  #handle(type: number, flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    if (this.#requests.isWithinBlock && type !== FRAME.continuation) {
      this.#faults.fail(ERROR.PROTOCOL_ERROR, 'another frame within a header block');
      return;
    }
    if (!this.#control.isGreeted && (type !== FRAME.settings || (flags & FLAG.ack) !== 0)) {
      this.#faults.fail(ERROR.PROTOCOL_ERROR, 'the first frame is not SETTINGS');
      return;
    }
    switch (type) {
      case FRAME.data:
        this.#requests.data(flags, stream, bytes, start, end);
        return;
      case FRAME.headers:
        this.#requests.headers(flags, stream, bytes, start, end);
        return;
      case FRAME.windowUpdate:
        this.#control.windowUpdate(stream, bytes, start, end);
        return;
      case FRAME.resetStream:
        this.#control.resetStream(stream, end - start);
        return;
      case FRAME.continuation:
        this.#requests.continuation(flags, stream, bytes, start, end);
        return;
      case FRAME.settings:
        this.#control.settings(flags, stream, bytes, start, end);
        return;
      case FRAME.ping:
        this.#control.ping(flags, stream, bytes, start, end);
        return;
      case FRAME.priority:
        this.#control.priority(stream, bytes, start, end);
        return;
      case FRAME.goAway:
        this.#control.goAway(stream, end - start);
        return;
      case FRAME.pushPromise:
        this.#faults.fail(ERROR.PROTOCOL_ERROR, 'PUSH_PROMISE of a client');
        return;
      default:
        this.#faults.carriesNothing();
    }
  }
}
