import {
  continuation,
  data,
  dependency,
  FLAG,
  frame,
  goAway,
  headers,
  message,
  PREFACE,
  padded,
  ping,
  priority,
  reset,
  SETTING,
  SETTINGS_ACK,
  settings,
  TYPE,
  windowUpdate,
} from '../../../../support/http2-frames.ts';
import { begin, CALL, type Case, call } from './case.ts';

const FULL = Buffer.alloc(16_384 - 5, 'x');
const EIGHT = Buffer.from('12345678');

/** The beginning of a connection, the format of frames, and each type of them. */
export const FRAME_CASES: readonly Case[] = [
  // The preface.
  {
    section: '3.4',
    name: 'a preface, settings and a call',
    isRaw: true,
    send: [PREFACE, settings(), call(1)],
    expected: { answered: [1] },
  },
  {
    section: '3.4',
    name: 'the preface and all that follows in one write',
    isRaw: true,
    send: [Buffer.concat([PREFACE, settings(), SETTINGS_ACK, call(1), call(3)])],
    expected: { answered: [1, 3] },
  },
  {
    section: '3.4',
    name: 'another preface',
    isRaw: true,
    send: [Buffer.from('INVALID CONNECTION PREFACE\r\n\r\n')],
    expected: 'closed',
  },
  {
    section: '3.4',
    name: 'a preface that is wrong at its end',
    isRaw: true,
    send: [Buffer.concat([PREFACE.subarray(0, 23), Buffer.from('x')])],
    expected: 'closed',
  },
  {
    section: '3.4',
    name: 'a request of HTTP/1.1',
    isRaw: true,
    send: [Buffer.from('GET / HTTP/1.1\r\nhost: a.example\r\n\r\n')],
    expected: 'closed',
  },
  {
    section: '3.4',
    name: 'a greeting of TLS',
    isRaw: true,
    send: [Buffer.from('16030100f4010000f0030361', 'hex')],
    expected: 'closed',
  },
  {
    section: '3.4',
    name: 'PING in place of the first settings',
    isRaw: true,
    send: [PREFACE, ping('a')],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '3.4',
    name: 'a call in place of the first settings',
    isRaw: true,
    send: [PREFACE, call(1)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '3.4',
    name: 'an acknowledgement in place of the first settings',
    isRaw: true,
    send: [PREFACE, SETTINGS_ACK],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },

  // The format of frames.
  {
    section: '4.1',
    name: 'a frame of an unknown type',
    send: [frame(TYPE.unknown, 0, 0, EIGHT)],
    expected: 'nothing',
  },
  {
    section: '4.1',
    name: 'a frame of an unknown type on a stream that is idle',
    send: [frame(TYPE.unknown, 0xff, 7, EIGHT)],
    expected: 'nothing',
  },
  {
    section: '4.1',
    name: 'a frame of an unknown type between the frames of a call',
    send: [begin(1), frame(TYPE.unknown, 0xff, 1, EIGHT), data(1, message('test'))],
    expected: { answered: [1] },
  },
  {
    section: '4.1',
    name: 'unknown flags of PING',
    send: [frame(TYPE.ping, 0xff & ~FLAG.ack, 0, EIGHT)],
    expected: 'nothing',
  },
  {
    section: '4.1',
    name: 'unknown flags of DATA and HEADERS',
    send: [
      frame(TYPE.headers, 0xd2 | FLAG.endHeaders, 1, CALL),
      frame(TYPE.data, 0xf6 | FLAG.endStream, 1, message('test')),
    ],
    expected: { answered: [1] },
  },
  {
    section: '4.1',
    name: 'the reserved bit of a stream',
    send: [
      frame(TYPE.headers, FLAG.endHeaders, 0x8000_0001, CALL),
      frame(TYPE.data, FLAG.endStream, 0x8000_0001, message('test')),
    ],
    expected: { answered: [1] },
  },
  {
    section: '4.1',
    name: 'the reserved bit of PING',
    send: [frame(TYPE.ping, 0, 0x8000_0000, EIGHT)],
    expected: 'nothing',
  },
  {
    section: '4.2',
    name: 'DATA of 16,384 bytes',
    send: [begin(1), data(1, message(FULL))],
    expected: { answered: [1] },
  },
  {
    section: '4.2',
    name: 'DATA of 16,385 bytes',
    send: [begin(1), data(1, Buffer.alloc(16_385))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },
  {
    section: '4.2',
    name: 'HEADERS of 16,385 bytes',
    send: [headers(1, Buffer.alloc(16_385, 0x82))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },
  {
    section: '4.2',
    name: 'CONTINUATION of 16,385 bytes',
    send: [headers(1, CALL, { endHeaders: false }), continuation(1, Buffer.alloc(16_385, 0x82))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },
  {
    section: '4.2',
    name: 'a frame of an unknown type of 16,385 bytes',
    send: [frame(TYPE.unknown, 0, 0, Buffer.alloc(16_385))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },
  {
    section: '4.2',
    name: 'the head of a frame of 16 MiB, and nothing of its payload',
    send: [frame(TYPE.data, 0, 1, Buffer.alloc(0), 0xffffff)],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },

  // The order of header blocks.
  {
    section: '4.3',
    name: 'a block that cannot be decoded',
    send: [headers(1, Buffer.from([0x40]))],
    expected: { goAway: 'COMPRESSION_ERROR' },
  },
  {
    section: '4.3',
    name: 'a block of trailers that cannot be decoded',
    send: [begin(1), headers(1, Buffer.from([0x40]))],
    expected: { goAway: 'COMPRESSION_ERROR' },
  },
  {
    section: '4.3',
    name: 'a block on a stream that the server has reset that cannot be decoded',
    send: [begin(1), windowUpdate(1, 0), headers(1, Buffer.from([0x40]))],
    expected: { goAway: 'COMPRESSION_ERROR' },
  },
  ...[
    ['PRIORITY', priority(1, 0)],
    ['HEADERS of another stream', headers(3, CALL)],
    ['HEADERS of the same stream', headers(1, CALL)],
    ['DATA', data(1, message('test'))],
    ['DATA of another stream', data(3, message('test'))],
    ['PING', ping('a')],
    ['SETTINGS', settings()],
    ['RST_STREAM', reset(1)],
    ['WINDOW_UPDATE', windowUpdate(0, 1)],
    ['GOAWAY', goAway(0, 0)],
    ['CONTINUATION of another stream', continuation(3, CALL)],
    ['CONTINUATION of stream 0', continuation(0, CALL)],
    ['a frame of an unknown type', frame(TYPE.unknown, 0, 0, EIGHT)],
  ].map(
    ([name, bytes]): Case => ({
      section: '4.3',
      name: `${String(name)} within a header block`,
      send: [headers(1, CALL, { end: false, endHeaders: false }), bytes as Buffer],
      expected: { goAway: 'PROTOCOL_ERROR' },
    }),
  ),

  // DATA.
  {
    section: '6.1',
    name: 'DATA in several frames',
    send: [
      begin(1),
      data(1, message('test').subarray(0, 3), false),
      data(1, message('test').subarray(3), true),
    ],
    expected: { answered: [1] },
  },
  {
    section: '6.1',
    name: 'the end in a frame of its own, which is empty',
    send: [begin(1), data(1, message('test'), false), data(1, '')],
    expected: { answered: [1] },
  },
  {
    section: '6.1',
    name: 'DATA on stream 0',
    send: [data(0, 'test')],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.1',
    name: 'DATA with a padding',
    send: [begin(1), frame(TYPE.data, FLAG.padded | FLAG.endStream, 1, padded(message('test'), 5))],
    expected: { answered: [1] },
  },
  {
    section: '6.1',
    name: 'DATA with a padding of no bytes',
    send: [begin(1), frame(TYPE.data, FLAG.padded | FLAG.endStream, 1, padded(message('test'), 0))],
    expected: { answered: [1] },
  },
  {
    section: '6.1',
    name: 'DATA of a padding alone',
    send: [
      begin(1),
      frame(TYPE.data, FLAG.padded, 1, padded(Buffer.alloc(0), 255)),
      data(1, message('test')),
    ],
    expected: { answered: [1] },
  },
  {
    section: '6.1',
    name: 'DATA with a padding as long as all of it',
    send: [begin(1), frame(TYPE.data, FLAG.padded, 1, Buffer.from([4, 1, 2, 3]))],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.1',
    name: 'DATA without the length of its padding',
    send: [begin(1), frame(TYPE.data, FLAG.padded, 1)],
    expected: { goAway: ['FRAME_SIZE_ERROR', 'PROTOCOL_ERROR'] },
  },

  // HEADERS.
  {
    section: '6.2',
    name: 'HEADERS on stream 0',
    send: [headers(0, CALL)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.2',
    name: 'HEADERS with a padding',
    send: [frame(TYPE.headers, FLAG.endHeaders | FLAG.padded, 1, padded(CALL, 8)), data(1, message('test'))],
    expected: { answered: [1] },
  },
  {
    section: '6.2',
    name: 'HEADERS with a priority',
    send: [
      frame(TYPE.headers, FLAG.endHeaders | FLAG.priority, 1, Buffer.concat([dependency(0), CALL])),
      data(1, message('test')),
    ],
    expected: { answered: [1] },
  },
  {
    section: '6.2',
    name: 'HEADERS with a padding and a priority',
    send: [
      frame(
        TYPE.headers,
        FLAG.endHeaders | FLAG.priority | FLAG.padded,
        1,
        padded(Buffer.concat([dependency(0x8000_0003), CALL]), 3),
      ),
      data(1, message('test')),
    ],
    expected: { answered: [1] },
  },
  {
    section: '6.2',
    name: 'HEADERS with a padding longer than the rest',
    send: [
      frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream | FLAG.padded, 1, Buffer.from([3, 0x82, 0x82])),
    ],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.2',
    name: 'HEADERS with a padding that leaves no room for the priority',
    send: [
      frame(
        TYPE.headers,
        FLAG.endHeaders | FLAG.endStream | FLAG.padded | FLAG.priority,
        1,
        padded(Buffer.alloc(4), 4),
      ),
    ],
    expected: { goAway: ['FRAME_SIZE_ERROR', 'PROTOCOL_ERROR'] },
  },
  {
    section: '6.2',
    name: 'HEADERS too short for their priority',
    send: [frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream | FLAG.priority, 1, Buffer.alloc(4))],
    expected: { goAway: ['FRAME_SIZE_ERROR', 'PROTOCOL_ERROR'] },
  },
  {
    section: '6.2',
    name: 'HEADERS without the length of their padding',
    send: [frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream | FLAG.padded, 1)],
    expected: { goAway: ['FRAME_SIZE_ERROR', 'PROTOCOL_ERROR'] },
  },

  // PRIORITY, which is deprecated and whose content is ignored.
  {
    section: '6.3',
    name: 'PRIORITY of an idle stream, of each weight',
    send: [priority(1, 0, 0), priority(1, 0, 255), priority(3, 1), priority(5, 0x8000_0003)],
    expected: 'nothing',
  },
  {
    section: '6.3',
    name: 'PRIORITY of a later stream, then a call',
    send: [priority(9, 0), call(1)],
    expected: { answered: [1] },
  },
  {
    section: '6.3',
    name: 'PRIORITY on stream 0',
    send: [priority(0, 1)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.3',
    name: 'PRIORITY of 4 bytes',
    send: [begin(1), frame(TYPE.priority, 0, 1, Buffer.alloc(4))],
    expected: { reset: 'FRAME_SIZE_ERROR' },
  },
  {
    section: 'RFC 7540, 5.3.1',
    name: 'PRIORITY of a stream that depends on itself',
    send: [begin(1), priority(1, 1)],
    expected: { reset: 'PROTOCOL_ERROR' },
  },
  {
    section: 'RFC 7540, 5.3.1',
    name: 'HEADERS of a stream that depends on itself',
    send: [
      frame(
        TYPE.headers,
        FLAG.endHeaders | FLAG.endStream | FLAG.priority,
        1,
        Buffer.concat([dependency(1), CALL]),
      ),
    ],
    expected: { reset: 'PROTOCOL_ERROR' },
  },

  // RST_STREAM.
  {
    section: '6.4',
    name: 'RST_STREAM on stream 0',
    send: [reset(0)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.4',
    name: 'RST_STREAM of 3 bytes',
    send: [begin(1), frame(TYPE.reset, 0, 1, Buffer.alloc(3))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },
  {
    section: '6.4',
    name: 'RST_STREAM of 5 bytes',
    send: [begin(1), frame(TYPE.reset, 0, 1, Buffer.alloc(5))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },

  // SETTINGS.
  {
    section: '6.5',
    name: 'an acknowledgement with a payload',
    send: [frame(TYPE.settings, FLAG.ack, 0, Buffer.alloc(6))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },
  {
    section: '6.5',
    name: 'SETTINGS on a stream',
    send: [frame(TYPE.settings, 0, 1, Buffer.from('000300000064', 'hex'))],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.5',
    name: 'SETTINGS of 5 bytes',
    send: [frame(TYPE.settings, 0, 0, Buffer.alloc(5))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },
  {
    section: '6.5.2',
    name: 'ENABLE_PUSH of 1',
    send: [settings([SETTING.enablePush, 1])],
    expected: 'nothing',
  },
  {
    section: '6.5.2',
    name: 'ENABLE_PUSH of 2',
    send: [settings([SETTING.enablePush, 2])],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.5.2',
    name: 'INITIAL_WINDOW_SIZE of 2^31',
    send: [settings([SETTING.initialWindowSize, 0x8000_0000])],
    expected: { goAway: 'FLOW_CONTROL_ERROR' },
  },
  {
    section: '6.5.2',
    name: 'MAX_FRAME_SIZE of 16,383',
    send: [settings([SETTING.maxFrameSize, 16_383])],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.5.2',
    name: 'MAX_FRAME_SIZE of 2^24',
    send: [settings([SETTING.maxFrameSize, 1 << 24])],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.5.2',
    name: 'the largest settings that are allowed',
    send: [
      settings(
        [SETTING.maxFrameSize, (1 << 24) - 1],
        [SETTING.initialWindowSize, 0x7fff_ffff],
        [SETTING.maxConcurrentStreams, 0xffff_ffff],
        [SETTING.headerTableSize, 0xffff_ffff],
        [SETTING.maxHeaderListSize, 0xffff_ffff],
      ),
      call(1),
    ],
    expected: { answered: [1] },
  },
  {
    section: '6.5.2',
    name: 'the smallest settings',
    send: [
      settings([SETTING.maxConcurrentStreams, 0], [SETTING.headerTableSize, 0], [SETTING.enablePush, 0]),
      call(1),
    ],
    expected: { answered: [1] },
  },
  {
    section: '6.5.2',
    name: 'an unknown setting',
    send: [settings([0xff, 1], [0, 0xffff_ffff])],
    expected: 'nothing',
  },
  {
    section: '6.5.3',
    name: 'a setting twice in one frame, of which the last counts',
    send: [settings([SETTING.initialWindowSize, 100], [SETTING.initialWindowSize, 1]), call(1)],
    expected: { data: [1] },
  },
  {
    section: '6.5.3',
    name: 'an acknowledgement that nobody waits for',
    send: [SETTINGS_ACK, SETTINGS_ACK],
    expected: 'nothing',
  },

  // PUSH_PROMISE, PING, GOAWAY.
  {
    section: '8.4',
    name: 'PUSH_PROMISE',
    send: [
      begin(1),
      frame(TYPE.pushPromise, FLAG.endHeaders, 1, Buffer.concat([Buffer.from([0, 0, 0, 2]), CALL])),
    ],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.7',
    name: 'PING with an acknowledgement, which is not answered',
    send: [ping('b', FLAG.ack)],
    expected: 'nothing',
  },
  {
    section: '6.7',
    name: 'PING on a stream',
    send: [frame(TYPE.ping, 0, 1, EIGHT)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.7',
    name: 'PING of 6 bytes',
    send: [frame(TYPE.ping, 0, 0, Buffer.alloc(6))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },
  {
    section: '6.7',
    name: 'PING of 9 bytes',
    send: [frame(TYPE.ping, 0, 0, Buffer.alloc(9))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },
  {
    section: '6.8',
    name: 'GOAWAY on a stream',
    send: [frame(TYPE.goAway, 0, 1, Buffer.alloc(8))],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.8',
    name: 'GOAWAY of 7 bytes',
    send: [frame(TYPE.goAway, 0, 0, Buffer.alloc(7))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },
  {
    section: '6.8',
    name: 'GOAWAY with a text, while a call is open',
    send: [begin(1), goAway(0, 0, 'goodbye'), data(1, message('test'))],
    expected: { answered: [1], mayClose: true },
  },
  {
    section: '7',
    name: 'RST_STREAM with an unknown code',
    send: [begin(1), reset(1, 0xff)],
    expected: 'nothing',
  },
  {
    section: '7',
    name: 'GOAWAY with an unknown code, while a call is open',
    send: [begin(1), goAway(0, 0xff), data(1, message('test'))],
    expected: { answered: [1], mayClose: true },
  },

  // CONTINUATION.
  {
    section: '6.10',
    name: 'a block in three frames',
    send: [
      headers(1, CALL.subarray(0, 5), { end: false, endHeaders: false }),
      continuation(1, CALL.subarray(5, 10), false),
      continuation(1, CALL.subarray(10)),
      data(1, message('test')),
    ],
    expected: { answered: [1] },
  },
  {
    section: '6.10',
    name: 'a block whose HEADERS and CONTINUATION are partly empty',
    send: [
      headers(1, Buffer.alloc(0), { end: false, endHeaders: false }),
      continuation(1, CALL, false),
      continuation(1, Buffer.alloc(0)),
      data(1, message('test')),
    ],
    expected: { answered: [1] },
  },
  {
    section: '6.10',
    name: 'CONTINUATION after the end of the block',
    send: [begin(1), continuation(1, CALL)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.10',
    name: 'CONTINUATION after the end of the block in CONTINUATION',
    send: [
      headers(1, CALL, { end: false, endHeaders: false }),
      continuation(1, Buffer.alloc(0)),
      continuation(1, CALL),
    ],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.10',
    name: 'CONTINUATION before any HEADERS',
    send: [continuation(1, CALL)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.10',
    name: 'CONTINUATION after DATA',
    send: [begin(1), data(1, message('test'), false), continuation(1, CALL)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
];
