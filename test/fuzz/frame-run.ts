import { BOUNDS } from '../../src/sidecar/transport/http2/bounds.ts';
import { Connection } from '../../src/sidecar/transport/http2/connection.ts';
import { HeldMemory } from '../../src/sidecar/transport/http2/held-memory.ts';
import { HpackDecoder } from '../../src/sidecar/transport/http2/hpack/decoder.ts';
import { Turns } from '../../src/sidecar/transport/http2/turns.ts';
import { ROUTE_FIELDS, routeBy } from '../../src/sidecar/transport/native/routes.ts';
import { Service } from '../../src/sidecar/transport/native/service.ts';
import type { Methods } from '../../src/sidecar/transport/transport.ts';
import { decodeCheckResponse } from '../support/check-messages.ts';
import { CODES, type Frame, readFrames, TYPE } from '../support/http2-frames.ts';
import { MemorySocket } from './memory-socket.ts';

/** What a server has done about one sequence. */
export interface Reply {
  /** Messages of answers that allow. */
  readonly allowed: number;
  /** All other messages of answers. */
  readonly denied: number;
  /** Code of RST_STREAM, if there was one. */
  readonly reset: string | undefined;
  /** Code of GOAWAY, if there was one. */
  readonly goAway: string | undefined;
}

/** Times that never end a connection. */
const TIMELESS = { maxAge: Number.POSITIVE_INFINITY, maxIdle: Number.POSITIVE_INFINITY, keepalive: 60_000 };
const LARGEST_MESSAGE = 1 << 20;
const LARGEST_FRAME = 16_384;
const DAY = 86_400_000;

/** The connections of one listener, each of which gets a sequence and is compared with what a server may do. */
export class FrameRun {
  readonly #memory = new HeldMemory(BOUNDS.heldBytes);
  readonly #turns = new Turns(BOUNDS);
  readonly #unsent = { bytes: 0 };
  readonly #route: ReturnType<typeof routeBy>;

  constructor(methods: Methods) {
    this.#route = routeBy(methods, new Service(BOUNDS, LARGEST_MESSAGE));
  }

  /** Delivers the pieces to a new connection, and ends it. Throws if the server does what no server may do. */
  async reply(pieces: readonly Buffer[]): Promise<Reply> {
    const socket = new MemorySocket();
    const connection = new Connection(socket.asSocket(), {
      ...TIMELESS,
      bounds: BOUNDS,
      memory: this.#memory,
      turns: this.#turns,
      unsent: this.#unsent,
      routeFields: ROUTE_FIELDS,
      route: this.#route,
      ended: () => {},
    });
    for (const piece of pieces) {
      for (let round = 0; socket.isPaused; round += 1) {
        if (round > 1000) throw new Error('the connection is paused without an end');
        await turn();
      }
      socket.deliver(piece);
    }
    await turn();
    await turn();
    const reply = judge(Buffer.concat(socket.written));
    // No time ends well that leaves a connection, or something of it.
    connection.tick(Date.now() + DAY);
    connection.tick(Date.now() + 2 * DAY);
    if (!socket.destroyed) throw new Error('a connection that is silent for two days is still open');
    if (connection.held !== 0 || connection.streams.size > 0)
      throw new Error('a connection has left something');
    if (this.#unsent.bytes !== 0) throw new Error('a connection has left unsent bytes');
    return reply;
  }
}

/** Reads what a server has written: frames alone, each within the bounds of the client. */
function judge(bytes: Buffer): Reply {
  const isHttp1 = bytes.subarray(0, 5).toString() === 'HTTP/';
  const { frames, rest } = isHttp1 ? { frames: [], rest: [] } : readFrames(bytes);
  if (rest.length > 0) throw new Error('the server has written a part of a frame');
  const answers = answersOf(frames);
  const allowed = answers.filter(isAllowed).length;
  return {
    allowed,
    denied: answers.length - allowed,
    reset: codeAt(frames, TYPE.reset, 0),
    goAway: codeAt(frames, TYPE.goAway, 4),
  };
}

/** Messages of the answers that are whole. */
function answersOf(frames: readonly Frame[]): readonly Buffer[] {
  const decoder = new HpackDecoder({ maxTableBytes: 4096, maxListBytes: LARGEST_FRAME });
  const bodies = new Map<number, Buffer>();
  const answers: Buffer[] = [];
  for (const { type, flags, stream, payload } of frames) {
    if (payload.length > LARGEST_FRAME) throw new Error('a frame of the server is too long');
    if (type === TYPE.data) {
      if (!bodies.has(stream)) throw new Error('DATA of the server without HEADERS');
      bodies.set(stream, Buffer.concat([bodies.get(stream) ?? Buffer.alloc(0), payload]));
    }
    if (type !== TYPE.headers) continue;
    const list = new Map<string, string>();
    decoder.decode(payload, 0, payload.length, (name, value) => list.set(name, value));
    if (!bodies.has(stream)) bodies.set(stream, Buffer.alloc(0));
    if ((flags & 1) !== 0 && list.get('grpc-status') === '0')
      answers.push(bodies.get(stream) ?? Buffer.alloc(0));
  }
  return answers;
}

function isAllowed(answer: Buffer): boolean {
  if (answer.readUInt8(0) !== 0 || answer.length !== 5 + answer.readUInt32BE(1)) {
    throw new Error('an answer is not one message');
  }
  const { status, okResponse } = decodeCheckResponse(answer.subarray(5));
  return (status?.code ?? 0) === 0 || okResponse !== undefined;
}

function codeAt(frames: readonly Frame[], type: number, offset: number): string | undefined {
  // NO_ERROR is an end, not an error.
  const code = frames.find((frame) => frame.type === type && frame.payload.readUInt32BE(offset) !== 0);
  if (code === undefined) return undefined;
  const name = CODES[code.payload.readUInt32BE(offset)] ?? 'unknown';
  // The only code that the server gives for a fault of its own.
  if (name === 'INTERNAL_ERROR')
    throw new Error(`the server has failed: ${code.payload.subarray(8).toString()}`);
  return name;
}

/** One round of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
