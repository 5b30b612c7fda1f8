import type { HeaderFrame } from './header-frame.ts';
import type { ErrorCode } from './protocol.ts';

/** Receiver of the requests with one head. */
export interface Route {
  /** Begins a request. Returns what receives the rest of it. */
  accept(stream: Stream): StreamUser;
}

/** Head of a request (RFC 9113 section 8.3). Requests with the same header block share one. */
export class RequestHead {
  method = '';
  path = '';
  scheme = '';
  authority = '';
  /** Names in lower case and values of all fields, in order; latin1. */
  readonly names: string[] = [];
  readonly values: string[] = [];
  /** Value of content-length; -1 if there is none. */
  contentLength = -1;
  /** Bytes of the list as RFC 9113 section 6.5.2 counts them. */
  bytes = 0;
  /** Larger than the bound: the fields are not complete. */
  isTooLarge = false;
  /** Cause for which the request is malformed (RFC 9113 section 8.1.1). */
  mistake: string | undefined;
  /** Found when the first request with this head arrives. */
  route: Route | undefined;

  /** Takes what follows from the fields from a head that differs only in others. */
  takeOver(head: RequestHead): void {
    this.method = head.method;
    this.path = head.path;
    this.scheme = head.scheme;
    this.authority = head.authority;
    this.contentLength = head.contentLength;
    this.route = head.route;
  }

  /** First value of a name in lower case. */
  value(name: string): string | undefined {
    const at = this.names.indexOf(name);
    return at < 0 ? undefined : this.values[at];
  }
}

/** Receiver of one request. */
export interface StreamUser {
  /**
   * Takes bytes of the body, which are not written to later. They may be a part of a larger chunk, which lives as long as
   * they do. `isEnd`: the request is complete.
   */
  data(bytes: Buffer, start: number, end: number, isEnd: boolean): void;
  /** The peer, an error or a bound has ended the stream: nothing can be sent. */
  cancelled(): void;
  /** Others need the memory of the stream: sends a refusal if the request is unfinished. The stream may be reset after. */
  refuse(): void;
  /** Called about twice a second, with the time in milliseconds since 1970. */
  tick(now: number): void;
  /** The connection takes no new streams, and waits for the end of this one. */
  closing(): void;
  /** Everything that was given to `data` of the stream is sent. */
  drained(): void;
}

/** DATA that waits for a window, and what follows it. */
export interface Unsent {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly parts: Uint8Array[];
  /** Offset in the first part. */
  at: number;
  bytes: number;
  /** The last byte ends the stream. */
  readonly isLast: boolean;
  /** Trailers, which end the stream. */
  end: HeaderFrame | undefined;
}

/** The connection of a stream, as the stream uses it. */
export interface StreamConnection {
  respond(
    stream: Stream,
    headers: HeaderFrame,
    prefix: Uint8Array,
    body: Uint8Array,
    trailers: HeaderFrame,
  ): void;
  sendHeaders(stream: Stream, frame: HeaderFrame): void;
  sendData(stream: Stream, bytes: Uint8Array, isLast?: boolean): void;
  resetStream(stream: Stream, code: ErrorCode): void;
  grant(stream: Stream, bytes: number): void;
  hold(stream: Stream, bytes: number): void;
  /** Counts calls at work whose streams are closed, and the bytes that they keep. */
  orphan(count: number, bytes: number): void;
}

/** One request and its answer. */
export class Stream {
  readonly connection: StreamConnection;
  readonly id: number;
  readonly head: RequestHead;
  /** Arrival of its head, milliseconds since 1970. */
  readonly arrived: number;
  user: StreamUser | undefined;
  /** Bytes of the body that the peer may still send. */
  receiveWindow: number;
  /** Bytes of the window to be given back with the next WINDOW_UPDATE. */
  granted = 0;
  /** Bytes of the body so far. */
  received = 0;
  /** Sent bytes that the peer has given back, less those that were sent: the window is this more than the initial one. */
  sendCredit = 0;
  /** Bytes that the account of the connection has for this stream. */
  held = 0;
  /** The peer has sent everything. */
  isRemoteEnded = false;
  /** Nothing more can be sent or received. */
  isClosed = false;
  /** Its response has begun. */
  hasHeaders = false;
  unsent: Unsent | undefined;

  constructor(connection: StreamConnection, id: number, head: RequestHead, arrived: number, window: number) {
    this.connection = connection;
    this.id = id;
    this.head = head;
    this.arrived = arrived;
    this.receiveWindow = window;
  }

  /** Sends a whole answer: headers, DATA in two parts, trailers. */
  respond(headers: HeaderFrame, prefix: Uint8Array, body: Uint8Array, trailers: HeaderFrame): void {
    this.connection.respond(this, headers, prefix, body, trailers);
  }

  /** Sends headers, or trailers if they end the stream. */
  headers(frame: HeaderFrame): void {
    this.connection.sendHeaders(this, frame);
  }

  /** Sends bytes of the body, as far as the windows permit; the rest later. */
  data(bytes: Uint8Array): void {
    this.connection.sendData(this, bytes);
  }

  /** Sends the whole body, which ends the stream. */
  finish(bytes: Uint8Array): void {
    this.connection.sendData(this, bytes, true);
  }

  /** Bytes that wait for a window. */
  get waiting(): number {
    return this.unsent?.bytes ?? 0;
  }

  /** Ends the stream with an error. */
  reset(code: ErrorCode): void {
    this.connection.resetStream(this, code);
  }

  /** Lets the peer send so many further bytes. */
  grant(bytes: number): void {
    this.connection.grant(this, bytes);
  }

  /** Counts bytes that are held for this stream; released if negative, and with the stream. */
  hold(bytes: number): void {
    this.connection.hold(this, bytes);
  }
}
