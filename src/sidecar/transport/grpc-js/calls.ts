import { once } from 'node:events';
import {
  type Deadline,
  type handleBidiStreamingCall,
  type handleUnaryCall,
  Metadata,
  type Server,
  type ServerDuplexStream,
  type ServerInterceptingCall,
  type ServerInterceptor,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import type { Call, Methods, StreamHandler, UnaryMethod } from '../transport.ts';
import { StatusError } from '../transport.ts';

/** Encodings of messages that are accepted: none. */
const ONLY_IDENTITY = new Metadata();
ONLY_IDENTITY.set('grpc-accept-encoding', 'identity');

/**
 * Refuses compressed messages with UNIMPLEMENTED, as for an encoding that is not known: a few kilobytes would inflate to
 * the largest message, for as many calls at once as a caller likes. Envoy never compresses its checks. grpc-js has no
 * option for it, so this writes to the field from which it takes the encoding.
 */
export const refuseCompression: ServerInterceptor = (_method, call) => {
  if ('incomingEncoding' in call && call.incomingEncoding !== 'identity') {
    call.incomingEncoding = `${String(call.incomingEncoding)}, which is not accepted`;
  }
  // Only a class by its type; without a wrapper a call costs nothing more.
  return call as ServerInterceptingCall;
};

interface Registration {
  readonly maxMessageBytes: number;
  /** Aborts when the listener drains. */
  readonly closing: AbortSignal;
  /** Of the whole listener. */
  readonly streams: OpenStreams;
}

/** Most open streams of a listener: a few watches of health, and tools that read the reflection. */
const MAX_STREAMS = 256;

/** Streams stay open as long as their callers like, unlike checks. */
export class OpenStreams {
  #open = 0;

  /** Counts a stream until it ends; false if too many are open. */
  add(call: ServerDuplexStream<Buffer, Uint8Array>, ended: Promise<unknown>): boolean {
    if (this.#open >= MAX_STREAMS) return false;
    this.#open += 1;
    let isOpen = true;
    const end = (): void => {
      if (isOpen) this.#open -= 1;
      isOpen = false;
    };
    call.once('cancelled', end);
    ended.then(end, end);
    return true;
  }
}

/** Registers one method by its path, with messages as bytes. */
export function register(
  server: Server,
  path: string,
  method: Methods[string],
  { maxMessageBytes, closing, streams }: Registration,
): void {
  if ('unary' in method) {
    server.register(path, unary(method, maxMessageBytes), asBuffer, bytes, 'unary');
  } else {
    server.register(
      path,
      stream(method.stream, { maxMessageBytes, closing, streams }),
      asBuffer,
      bytes,
      'bidi',
    );
  }
}

function unary(method: UnaryMethod, limit: number): handleUnaryCall<Buffer, Uint8Array> {
  return (call, callback) => void reply(method, limit, call, callback);
}

async function reply(
  method: UnaryMethod,
  limit: number,
  call: ServerUnaryCall<Buffer, Uint8Array>,
  callback: sendUnaryData<Uint8Array>,
): Promise<void> {
  let response: Uint8Array;
  try {
    response = await answer(method, limit, call);
  } catch (error) {
    callback(statusOf(error));
    return;
  }
  call.sendMetadata(ONLY_IDENTITY);
  callback(null, response);
}

async function answer(
  { unary: handle, tooLarge }: UnaryMethod,
  limit: number,
  call: ServerUnaryCall<Buffer, Uint8Array>,
): Promise<Uint8Array> {
  const made = callOf(call);
  if (call.request.length <= limit) return handle(call.request, made);
  if (tooLarge !== undefined) return tooLarge(limit, made);
  throw messageTooLarge(limit);
}

function stream(
  handle: StreamHandler,
  { maxMessageBytes, closing, streams }: Registration,
): handleBidiStreamingCall<Buffer, Uint8Array> {
  return (call) => {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    if (!streams.add(call, ended)) {
      call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'too many streams are open' });
      return;
    }
    pump(handle, maxMessageBytes, closing, call)
      .catch((error: unknown) => {
        if (!call.cancelled) call.emit('error', statusOf(error));
      })
      .finally(resolve);
  };
}

async function pump(
  handle: StreamHandler,
  limit: number,
  closing: AbortSignal,
  call: ServerDuplexStream<Buffer, Uint8Array>,
): Promise<void> {
  for await (const response of handle(requests(call, limit), callOf(call, closing))) {
    if (call.cancelled) return;
    if (!call.write(response)) await Promise.race([once(call, 'drain'), once(call, 'cancelled')]);
  }
  call.end();
}

async function* requests(
  call: ServerDuplexStream<Buffer, Uint8Array>,
  limit: number,
): AsyncGenerator<Uint8Array> {
  for await (const message of call as AsyncIterable<Buffer>) {
    if (message.length > limit) throw messageTooLarge(limit);
    yield message;
  }
}

function messageTooLarge(limit: number): StatusError {
  return new StatusError(status.RESOURCE_EXHAUSTED, `the message is larger than ${String(limit)} bytes`);
}

type GrpcJsCall = ServerUnaryCall<Buffer, Uint8Array> | ServerDuplexStream<Buffer, Uint8Array>;

/** The signal is created on first use, since most handlers do not use it. */
function callOf(call: GrpcJsCall, closing?: AbortSignal): Call {
  let signal: AbortSignal | undefined;
  return {
    metadata: (name) => {
      const [value] = call.metadata.get(name);
      return value === undefined ? undefined : value.toString();
    },
    deadline: milliseconds(call.getDeadline()),
    get signal() {
      signal ??= closing === undefined ? cancelled(call) : AbortSignal.any([closing, cancelled(call)]);
      return signal;
    },
  };
}

function cancelled(call: GrpcJsCall): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort();
  else call.once('cancelled', () => controller.abort());
  return controller.signal;
}

function milliseconds(deadline: Deadline): number {
  return deadline instanceof Date ? deadline.getTime() : deadline;
}

/** An unexpected error reveals nothing to the caller. */
function statusOf(error: unknown): { readonly code: number; readonly details: string } {
  if (error instanceof StatusError) return { code: error.code, details: error.message };
  return { code: status.INTERNAL, details: 'the call failed' };
}

function bytes(message: Buffer): Buffer {
  return message;
}

/** A Buffer over the same memory. */
function asBuffer(message: Uint8Array): Buffer {
  return Buffer.isBuffer(message)
    ? message
    : Buffer.from(message.buffer, message.byteOffset, message.byteLength);
}
