import type { Stream, StreamUser } from '../http2/stream.ts';
import { type Call, StatusError, type UnaryMethod } from '../transport.ts';
import type { CallHead } from './call-head.ts';
import { MessageReader, PREFIX_BYTES } from './message-reader.ts';
import type { Service } from './service.ts';
import { OK, RESPONSE, STATUS, statusAlone, statusOf } from './status.ts';

/** Prefix of the message that is being sent: not compressed, then its length. */
const PREFIX = Buffer.alloc(PREFIX_BYTES);

/** A call with one message and one answer. */
export class UnaryCall implements StreamUser, Call {
  readonly #stream: Stream;
  readonly #method: UnaryMethod;
  readonly #head: CallHead;
  readonly #service: Service;
  /** Only for a message that arrives in pieces. */
  #reader: MessageReader | undefined;
  /** Bytes that the handler keeps alive, while it has not answered. */
  #pending = 0;
  #isCancelled = false;
  #controller: AbortController | undefined;

  constructor(stream: Stream, method: UnaryMethod, head: CallHead, service: Service) {
    this.#stream = stream;
    this.#method = method;
    this.#head = head;
    this.#service = service;
  }

  // For the handler.

  metadata(name: string): string | undefined {
    return this.#stream.head.value(name);
  }

  get deadline(): number {
    return this.#stream.arrived + this.#head.timeout;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isCancelled) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  // For the stream.

  data(bytes: Buffer, start: number, end: number, isEnd: boolean): void {
    if (isEnd && this.#reader === undefined && this.#isWhole(bytes, start, end)) {
      this.#handle(this.#service.retained.messageOf(bytes, start + PREFIX_BYTES, end));
    } else this.#collect(bytes, start, end, isEnd);
  }

  cancelled(): void {
    this.#isCancelled = true;
    if (this.#pending > 0) this.#stream.connection.orphan(1, this.#pending);
    this.#controller?.abort();
  }

  refuse(): void {
    if (this.#stream.isRemoteEnded) return;
    this.#fail(STATUS.RESOURCE_EXHAUSTED, 'too much of unfinished calls is held');
  }

  tick(now: number): void {
    if (now > this.deadline) this.#expire('the deadline has passed');
    else if (!this.#stream.isRemoteEnded && now - this.#stream.arrived > this.#service.bounds.requestTime) {
      this.#expire('the message did not arrive in time');
    }
  }

  closing(): void {}
  drained(): void {}

  /** True if the bytes are one message that is not compressed. */
  #isWhole(bytes: Buffer, start: number, end: number): boolean {
    const length = end - start - PREFIX_BYTES;
    return (
      length >= 0 &&
      length <= this.#service.maxMessageBytes &&
      bytes[start] === 0 &&
      bytes.readUInt32BE(start + 1) === length
    );
  }

  #collect(bytes: Buffer, start: number, end: number, isEnd: boolean): void {
    const stream = this.#stream;
    this.#reader ??= new MessageReader(this.#service.maxMessageBytes);
    const reader = this.#reader;
    const before = reader.capacity;
    const at = reader.take(bytes, start, end);
    stream.hold(reader.capacity - before);
    if (stream.isClosed) return;
    if (!reader.isValid) this.#fail(STATUS.INTERNAL, 'the prefix of the message is not valid');
    else if (at < end) this.#fail(STATUS.UNIMPLEMENTED, 'the method takes one message');
    else if (reader.length > this.#service.mostReadBytes) this.#failTooLarge();
    else if (isEnd) this.#complete(reader);
    else stream.grant(end - start);
  }

  #complete(reader: MessageReader): void {
    if (reader.isEmpty) this.#fail(STATUS.UNIMPLEMENTED, 'the method takes one message');
    else if (!reader.isComplete) this.#fail(STATUS.INTERNAL, 'the call ends within its message');
    else if (reader.isTooLarge) this.#answerTooLarge();
    else if (!reader.isCompressed) this.#handle(reader.message);
    else if (!this.#head.isGzip) this.#fail(STATUS.INTERNAL, 'the message is compressed without an encoding');
    else this.#wait(this.#inflated(reader.message), reader.capacity);
  }

  async #inflated(compressed: Uint8Array): Promise<Uint8Array> {
    const { inflater, maxMessageBytes } = this.#service;
    const message = await inflater.inflate(compressed, maxMessageBytes);
    if (message !== undefined) return this.#method.unary(message, this);
    if (this.#method.tooLarge !== undefined) return this.#method.tooLarge(maxMessageBytes, this);
    throw this.#service.tooLarge();
  }

  #handle(message: Uint8Array): void {
    let answer: Uint8Array | Promise<Uint8Array>;
    try {
      answer = this.#method.unary(message, this);
    } catch (error) {
      this.#end(statusOf(error));
      return;
    }
    if (ArrayBuffer.isView(answer)) this.#answer(answer);
    else this.#wait(answer, message.buffer.byteLength);
  }

  #answerTooLarge(): void {
    const { tooLarge } = this.#method;
    try {
      if (tooLarge === undefined) this.#failTooLarge();
      else this.#answer(tooLarge(this.#service.maxMessageBytes, this));
    } catch (error) {
      this.#end(statusOf(error));
    }
  }

  #failTooLarge(): void {
    this.#end(this.#service.tooLarge());
  }

  /** Answers when the handler has, unless the call has ended by then. */
  #wait(answer: Promise<Uint8Array>, bytes: number): void {
    this.#pending = bytes + 1;
    this.#service.retained.add(bytes);
    void this.#await(answer, bytes);
  }

  async #await(answer: Promise<Uint8Array>, bytes: number): Promise<void> {
    let message: Uint8Array;
    try {
      message = await answer;
    } catch (error) {
      this.#settle(bytes);
      this.#end(statusOf(error));
      return;
    }
    this.#settle(bytes);
    this.#answer(message);
  }

  #settle(bytes: number): void {
    this.#service.retained.remove(bytes);
    if (this.#isCancelled) this.#stream.connection.orphan(-1, -this.#pending);
    this.#pending = 0;
  }

  #answer(message: Uint8Array): void {
    PREFIX.writeUInt32BE(message.length, 1);
    this.#stream.respond(RESPONSE, PREFIX, message, OK);
  }

  #expire(message: string): void {
    if (this.#stream.hasHeaders) return;
    this.#fail(STATUS.DEADLINE_EXCEEDED, message);
    this.cancelled();
  }

  #fail(code: number, message: string): void {
    this.#end(new StatusError(code, message));
  }

  #end(status: StatusError): void {
    this.#stream.headers(statusAlone(status));
  }
}
