import type { Stream, StreamUser } from '../http2/stream.ts';
import { type Call, StatusError, type StreamHandler } from '../transport.ts';
import type { CallHead } from './call-head.ts';
import { MessageReader, PREFIX_BYTES } from './message-reader.ts';
import type { Service } from './service.ts';
import { OK, RESPONSE, STATUS, statusAlone, statusOf, statusTrailers } from './status.ts';

/** Bytes that a message counts beyond its own. */
const MESSAGE_BYTES = 64;

interface Received {
  readonly bytes: Uint8Array;
  readonly isCompressed: boolean;
}

/** A call with any number of messages in both directions. */
export class StreamCall implements StreamUser, Call {
  readonly #stream: Stream;
  readonly #head: CallHead;
  readonly #service: Service;
  readonly #controller = new AbortController();
  readonly #queue: Received[] = [];
  #queued = 0;
  /** Bytes that the peer may send when the handler has taken messages. */
  #owed = 0;
  #reader: MessageReader;
  #isEnded = false;
  #failure: StatusError | undefined;
  #wake: (() => void) | undefined;
  #sent: (() => void) | undefined;
  #isCounted = true;

  constructor(stream: Stream, handle: StreamHandler, head: CallHead, service: Service) {
    this.#stream = stream;
    this.#head = head;
    this.#service = service;
    this.#reader = new MessageReader(service.maxMessageBytes);
    void this.#pump(handle);
  }

  // For the handler.

  metadata(name: string): string | undefined {
    return this.#stream.head.value(name);
  }

  get deadline(): number {
    return this.#stream.arrived + this.#head.timeout;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  // For the stream.

  data(bytes: Buffer, start: number, end: number, isEnd: boolean): void {
    let at = start;
    while (at < end && this.#failure === undefined && !this.#stream.isClosed) at = this.#take(bytes, at, end);
    if (isEnd && !this.#reader.isEmpty) this.#break(STATUS.INTERNAL, 'the call ends within a message');
    this.#isEnded ||= isEnd;
    this.#grant(end - start);
    this.#wakeUp();
  }

  cancelled(): void {
    this.#isEnded = true;
    this.#queue.length = 0;
    this.#uncount();
    this.#controller.abort();
    this.#wakeUp();
    this.drained();
  }

  refuse(): void {
    this.#end(new StatusError(STATUS.RESOURCE_EXHAUSTED, 'too much of unfinished calls is held'));
    this.cancelled();
  }

  tick(now: number): void {
    if (now <= this.deadline) return;
    this.#end(new StatusError(STATUS.DEADLINE_EXCEEDED, 'the deadline has passed'));
    this.cancelled();
  }

  closing(): void {
    this.#controller.abort();
  }

  drained(): void {
    const sent = this.#sent;
    this.#sent = undefined;
    sent?.();
  }

  /** Takes bytes of one message, which is queued if it is complete. */
  #take(bytes: Buffer, start: number, end: number): number {
    const reader = this.#reader;
    const before = reader.capacity;
    const at = reader.take(bytes, start, end);
    this.#stream.hold(reader.capacity - before);
    if (!reader.isValid) this.#break(STATUS.INTERNAL, 'the prefix of a message is not valid');
    else if (reader.isTooLarge) this.#fail(this.#service.tooLarge());
    else if (reader.isComplete) this.#enqueue(reader);
    return at;
  }

  #enqueue(reader: MessageReader): void {
    this.#queue.push({ bytes: reader.message, isCompressed: reader.isCompressed });
    this.#queued += reader.capacity + MESSAGE_BYTES;
    this.#stream.hold(MESSAGE_BYTES);
    this.#reader = new MessageReader(this.#service.maxMessageBytes);
  }

  /** Lets the peer send more, unless the handler is behind by half of a window. */
  #grant(bytes: number): void {
    this.#owed += bytes;
    if (this.#queued > this.#service.bounds.streamWindow / 2) return;
    this.#stream.grant(this.#owed);
    this.#owed = 0;
  }

  async *#requests(): AsyncGenerator<Uint8Array> {
    for (;;) {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        const bytes = next.bytes.length + MESSAGE_BYTES;
        this.#queued -= bytes;
        this.#stream.hold(-bytes);
        this.#grant(0);
        yield next.isCompressed ? await this.#inflated(next.bytes) : next.bytes;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isEnded) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #inflated(compressed: Uint8Array): Promise<Uint8Array> {
    if (!this.#head.isGzip) {
      throw new StatusError(STATUS.INTERNAL, 'a message is compressed without an encoding');
    }
    const message = await this.#service.inflater.inflate(compressed, this.#service.maxMessageBytes);
    if (message === undefined) throw this.#service.tooLarge();
    return message;
  }

  async #pump(handle: StreamHandler): Promise<void> {
    try {
      for await (const response of handle(this.#requests(), this)) {
        if (this.#stream.isClosed) return;
        this.#send(response);
        if (this.#stream.waiting > 0) await this.#whenSent();
      }
      if (!this.#stream.hasHeaders) this.#stream.headers(RESPONSE);
      this.#stream.headers(OK);
    } catch (error) {
      this.#end(statusOf(error));
    } finally {
      this.#uncount();
    }
  }

  #send(message: Uint8Array): void {
    const framed = Buffer.alloc(PREFIX_BYTES + message.length);
    framed.writeUInt32BE(message.length, 1);
    framed.set(message, PREFIX_BYTES);
    if (!this.#stream.hasHeaders) this.#stream.headers(RESPONSE);
    this.#stream.data(framed);
  }

  #whenSent(): Promise<void> {
    return new Promise((resolve) => {
      this.#sent = resolve;
    });
  }

  #break(code: number, message: string): void {
    this.#fail(new StatusError(code, message));
  }

  /** Ends the messages of the caller with an error, which the handler gets after those before it. */
  #fail(status: StatusError): void {
    this.#failure ??= status;
  }

  #end(status: StatusError): void {
    this.#stream.headers(this.#stream.hasHeaders ? statusTrailers(status) : statusAlone(status));
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #uncount(): void {
    if (this.#isCounted) this.#service.closeStream();
    this.#isCounted = false;
  }
}
