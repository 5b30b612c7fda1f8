import type { Allowance } from './allowance.ts';
import type { Bounds } from './bounds.ts';
import type { ClosedStreams } from './closed-streams.ts';
import type { HeldMemory } from './held-memory.ts';
import type { OpenedStreams } from './opened-streams.ts';
import type { Output } from './output.ts';
import type { ErrorCode } from './protocol.ts';
import type { SendFlow } from './send-flow.ts';
import type { RequestHead, Route, Stream, StreamConnection } from './stream.ts';
import type { Turns } from './turns.ts';

/** Times after which this side ends a connection, in milliseconds; Infinity: never. */
export interface LifetimeSettings {
  readonly bounds: Bounds;
  /** Longest life, after which the peer is asked to use another connection. */
  readonly maxAge: number;
  /** Longest time without an open stream. */
  readonly maxIdle: number;
  /** Silence after which the peer is asked for a sign of life. */
  readonly keepalive: number;
}

/** Cause for which this side ends a connection; `flood` if a bound was exceeded, `protocol` for a mistake. */
export type EndCause = 'silent' | 'unread' | 'flood' | 'protocol';

/** The parts that all connections of a listener share. */
export interface ConnectionHost extends LifetimeSettings {
  readonly bounds: Bounds;
  readonly memory: HeldMemory;
  readonly turns: Turns;
  /** Bytes of answers that no peer has read yet. */
  readonly unsent: { bytes: number };
  /** Receiver of requests with this head: by its method, its path, and the fields of these names. */
  readonly routeFields: ReadonlySet<string>;
  route(head: RequestHead): Route;
  /** Called when this side ends the connection for a fault of its peer. */
  ended(cause: EndCause, detail: string): void;
}

/** The events of a connection that its times depend on. */
export interface LifetimeEvents {
  /** The peer has sent its SETTINGS. */
  greeted(): void;
  /** The peer has answered a PING. */
  pong(bytes: Uint8Array, start: number): void;
  /** True if the connection ends when its streams have ended. */
  readonly isClosing: boolean;
}

/** A connection as its parts use it. */
export interface ConnectionState extends StreamConnection {
  readonly host: ConnectionHost;
  readonly output: Output;
  readonly flow: SendFlow;
  readonly streams: Map<number, Stream>;
  readonly opened: OpenedStreams;
  /** Streams that this side has ended before the peer did. */
  readonly closed: ClosedStreams;
  /** Streams that may end without an answer, and frames that may carry nothing. */
  readonly resets: Allowance;
  readonly emptyFrames: Allowance;
  readonly lifetime: LifetimeEvents;
  /** Time of the last read, milliseconds since 1970. */
  readonly now: number;
  /** No frame may be handled now. */
  readonly isStopped: boolean;
  /** The connection ends or has ended. */
  readonly isOver: boolean;
  /** Work until the next look at the clock, in frames. */
  budget: number;
  /** Calls at work whose streams are closed. */
  readonly orphans: number;
  /** Called when the budget is used up: gives others their turn, or waits for the peer to read. */
  spent(): void;
  /** Forgets a stream that has ended. */
  forget(stream: Stream): void;
  /** Sends RST_STREAM; frames that the peer sends before it knows are ignored. */
  sendReset(stream: number, code: ErrorCode): void;
  /** Sends WINDOW_UPDATE; stream 0 is the connection. */
  openWindow(stream: number, bytes: number): void;
  goAway(lastStream: number, code: ErrorCode, detail?: string): void;
  /** Ends the connection by an error (RFC 9113 section 5.4.1). The peer is told `told`, the log gets `detail`. */
  fail(code: ErrorCode, detail: string, told?: string): void;
  /** Closes a connection that does not begin as HTTP/2, with an answer that its client may understand. */
  refuse(detail: string, answer: string): void;
  /** Sends what is ready and closes; the peer has some time to read it. */
  end(): void;
  /** Closes at once; the cause is for the log. */
  destroy(cause?: EndCause, detail?: string): void;
}
