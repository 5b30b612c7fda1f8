/** Bounds on what a peer can make a listener hold and do. Bytes, milliseconds and counts. */
export const BOUNDS = {
  /** Open streams of a connection, and calls of it that are at work although their streams were reset. */
  streams: 1024,
  /** Receive window of a stream, and of a connection. They pace honest peers; `heldBytes` bounds memory. */
  streamWindow: 256 * 1024,
  connectionWindow: 1024 * 1024,
  /** Decoded fields of a request as RFC 9113 section 6.5.2 counts them. A larger list is answered with 431. */
  headerListBytes: 16 * 1024,
  /** Bytes of a header block with its CONTINUATION frames, and the number of those. More end the connection. */
  headerBlockBytes: 32 * 1024,
  continuations: 32,
  /**
   * Bytes of unfinished requests, of requests at work and of answers that wait for a window: of a connection, and of all
   * connections of a listener. Beyond them the largest unfinished request of the connection that holds most is refused.
   */
  connectionHeldBytes: 17 * 1024 * 1024,
  heldBytes: 34 * 1024 * 1024,
  /** Answers that the peer does not read: beyond them nothing more is read from it; of all connections likewise. */
  unsentBytes: 128 * 1024,
  allUnsentBytes: 16 * 1024 * 1024,
  /** Time in which a peer must read what is beyond `unsentBytes`, or open a window that answers wait for. */
  unsentTime: 20_000,
  /** Time for the preface and the SETTINGS of a peer, and for the rest of a request that has begun. */
  greetingTime: 10_000,
  requestTime: 20_000,
  /** Time for a PING to be answered, and for the peer to close a connection that was ended. */
  pingTime: 20_000,
  lingerTime: 1000,
  /**
   * Streams that end without an answer, by the peer or by its mistakes: at once, and regained in a second. Each answer
   * regains one. Envoys that cancel all of their calls stay below.
   */
  resets: 4096,
  resetsPerSecond: 1000,
  /** Frames that carry nothing, such as PING, SETTINGS and empty DATA: at once, and regained in a second and by a call. */
  emptyFrames: 4096,
  emptyFramesPerSecond: 1000,
  emptyFramesPerCall: 8,
  /** Milliseconds that a connection, and all connections, may take before others have their turn. */
  turn: 4,
  allTurns: 20,
} as const;

/** Values of `BOUNDS`, which tests lower. */
export type Bounds = { readonly [Name in keyof typeof BOUNDS]: number };
