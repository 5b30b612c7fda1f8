/** Types of frames (RFC 9113 section 6). */
export const TYPE = {
  data: 0x00,
  headers: 0x01,
  priority: 0x02,
  reset: 0x03,
  settings: 0x04,
  pushPromise: 0x05,
  ping: 0x06,
  goAway: 0x07,
  windowUpdate: 0x08,
  continuation: 0x09,
  /** Of no specification. */
  unknown: 0xef,
} as const;

export const FLAG = { ack: 0x01, endStream: 0x01, endHeaders: 0x04, padded: 0x08, priority: 0x20 } as const;

/** Settings (RFC 9113 section 6.5.2). */
export const SETTING = {
  headerTableSize: 0x01,
  enablePush: 0x02,
  maxConcurrentStreams: 0x03,
  initialWindowSize: 0x04,
  maxFrameSize: 0x05,
  maxHeaderListSize: 0x06,
} as const;

/** Codes of RST_STREAM and GOAWAY (RFC 9113 section 7). */
export const CODES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

export type Code = (typeof CODES)[number];

/** First bytes of a client (RFC 9113 section 3.4). */
export const PREFACE: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

const HEAD_BYTES = 9;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** A frame of any kind; `length` in place of the length of the payload. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
  length: number = payload.length,
): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** The frames at the start of the bytes, and the rest. */
export function readFrames(bytes: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let rest = bytes;
  while (rest.length >= HEAD_BYTES) {
    const end = HEAD_BYTES + rest.readUIntBE(0, 3);
    if (rest.length < end) break;
    const [type, flags, stream] = [rest.readUInt8(3), rest.readUInt8(4), rest.readUInt32BE(5) & 0x7fffffff];
    frames.push({ type, flags, stream, payload: rest.subarray(HEAD_BYTES, end) });
    rest = rest.subarray(end);
  }
  return { frames, rest };
}

interface HeadersOptions {
  /** Default true. */
  readonly end?: boolean;
  /** False: CONTINUATION frames follow. Default true. */
  readonly endHeaders?: boolean;
}

/** HEADERS with a block. */
export function headers(
  stream: number,
  block: Uint8Array,
  { end = true, endHeaders = true }: HeadersOptions = {},
): Buffer {
  const flags = (end ? FLAG.endStream : 0) | (endHeaders ? FLAG.endHeaders : 0);
  return frame(TYPE.headers, flags, stream, block);
}

/** CONTINUATION; by default the last one. */
export function continuation(stream: number, block: Uint8Array, endHeaders = true): Buffer {
  return frame(TYPE.continuation, endHeaders ? FLAG.endHeaders : 0, stream, block);
}

/** DATA; by default the last of its stream. */
export function data(stream: number, bytes: Uint8Array | string, end = true): Buffer {
  return frame(TYPE.data, end ? FLAG.endStream : 0, stream, Buffer.from(bytes));
}

/** The payload between the length of a padding and that padding. */
export function padded(payload: Uint8Array, padding: number): Buffer {
  return Buffer.concat([Buffer.from([padding]), payload, Buffer.alloc(padding)]);
}

/** A weight and the stream that this one depends on (RFC 7540 section 6.3). */
export function dependency(on: number, weight = 15): Buffer {
  const payload = Buffer.alloc(5);
  payload.writeUInt32BE(on, 0);
  payload.writeUInt8(weight, 4);
  return payload;
}

export function priority(stream: number, on: number, weight?: number): Buffer {
  return frame(TYPE.priority, 0, stream, dependency(on, weight));
}

export function reset(stream: number, code: Code | number = 'CANCEL'): Buffer {
  return frame(TYPE.reset, 0, stream, uint32(typeof code === 'number' ? code : CODES.indexOf(code)));
}

export function settings(...values: readonly (readonly [setting: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(6 * values.length);
  for (const [at, [setting, value]] of values.entries()) {
    payload.writeUInt16BE(setting, 6 * at);
    payload.writeUInt32BE(value, 6 * at + 2);
  }
  return frame(TYPE.settings, 0, 0, payload);
}

export const SETTINGS_ACK: Buffer = frame(TYPE.settings, FLAG.ack, 0);

export function ping(text: string, flags = 0): Buffer {
  return frame(TYPE.ping, flags, 0, Buffer.from(text.padEnd(8).slice(0, 8)));
}

export function goAway(lastStream: number, code: number, debug = ''): Buffer {
  return frame(TYPE.goAway, 0, 0, Buffer.concat([uint32(lastStream), uint32(code), Buffer.from(debug)]));
}

export function windowUpdate(stream: number, increment: number): Buffer {
  return frame(TYPE.windowUpdate, 0, stream, uint32(increment));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A message of gRPC with the head before it. */
export function message(bytes: Uint8Array | string, isCompressed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(isCompressed ? 1 : 0);
  const body = Buffer.from(bytes);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}
