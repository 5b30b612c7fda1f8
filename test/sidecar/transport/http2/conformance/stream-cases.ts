import { indexed, kept } from '../../../../support/hpack-literals.ts';
import {
  continuation,
  data,
  FLAG,
  frame,
  headers,
  message,
  priority,
  reset,
  SETTING,
  settings,
  TYPE,
  windowUpdate,
} from '../../../../support/http2-frames.ts';
import { begin, CALL, type Case, call, HOLD } from './case.ts';

const LARGEST = 0x7fff_ffff;
/** A stream that both sides have ended. */
const ENDED = [call(1), 'answered'] as const;
/** A stream that the client has ended, and whose answer waits for a window. */
const HALF_CLOSED = [settings([SETTING.initialWindowSize, 0]), call(1), 'handled'] as const;

/** States of streams and windows. */
export const STREAM_CASES: readonly Case[] = [
  // Idle.
  {
    section: '5.1',
    name: 'DATA on an idle stream',
    send: [data(1, 'test')],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '5.1',
    name: 'RST_STREAM on an idle stream',
    send: [reset(1)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '5.1',
    name: 'WINDOW_UPDATE on an idle stream',
    send: [windowUpdate(1, 100)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '5.1',
    name: 'DATA on a stream after those that were used',
    send: [...ENDED, data(3, 'test')],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '5.1',
    name: 'WINDOW_UPDATE on a stream that only a server could open',
    send: [windowUpdate(2, 100)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },

  // Half-closed by the client.
  {
    section: '5.1',
    name: 'DATA after the end of a request',
    send: [headers(1, HOLD, { end: false }), data(1, message('test')), data(1, 'more')],
    expected: { reset: 'STREAM_CLOSED' },
  },
  {
    section: '5.1',
    name: 'HEADERS after the end of a request',
    send: [headers(1, HOLD, { end: false }), data(1, message('test')), headers(1, CALL)],
    expected: { reset: 'STREAM_CLOSED' },
  },
  {
    section: '5.1',
    name: 'CONTINUATION after the end of a request',
    send: [headers(1, HOLD, { end: false }), data(1, message('test')), continuation(1, CALL)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '5.1',
    name: 'WINDOW_UPDATE after the end of a request',
    send: [...HALF_CLOSED, windowUpdate(1, 1)],
    expected: { data: [1] },
  },
  {
    section: '5.1',
    name: 'PRIORITY after the end of a request',
    send: [...HALF_CLOSED, priority(1, 0), windowUpdate(1, 1)],
    expected: { data: [1] },
  },
  {
    section: '5.1',
    name: 'RST_STREAM after the end of a request',
    send: [...HALF_CLOSED, reset(1)],
    expected: { data: [] },
  },

  // Closed by RST_STREAM.
  {
    section: '5.1',
    name: 'DATA after RST_STREAM',
    send: [begin(1), reset(1), data(1, 'test')],
    expected: { reset: 'STREAM_CLOSED' },
  },
  {
    section: '5.1',
    name: 'HEADERS after RST_STREAM',
    send: [begin(1), reset(1), headers(1, CALL)],
    expected: { goAway: 'STREAM_CLOSED' },
  },
  {
    section: '5.1',
    name: 'CONTINUATION after RST_STREAM',
    send: [begin(1), reset(1), continuation(1, CALL)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '5.1',
    name: 'PRIORITY, WINDOW_UPDATE and RST_STREAM after RST_STREAM',
    send: [begin(1), reset(1), priority(1, 0), windowUpdate(1, 5), reset(1)],
    expected: 'nothing',
  },

  // Closed by the server, while frames of the client are on their way.
  {
    section: '5.4.2',
    name: 'DATA, trailers, WINDOW_UPDATE and RST_STREAM after RST_STREAM of the server',
    send: [
      begin(1),
      windowUpdate(1, 0),
      'handled',
      windowUpdate(1, 5),
      data(1, 'test', false),
      headers(1, kept('x-trailer', 'ok')),
      reset(1),
      headers(3, Buffer.concat([CALL, indexed(62)]), { end: false }),
      data(3, message('test')),
    ],
    expected: { reset: 'PROTOCOL_ERROR' },
  },

  // Closed by both ends.
  {
    section: '5.1',
    name: 'DATA after the answer',
    send: [...ENDED, data(1, 'test')],
    expected: { reset: 'STREAM_CLOSED' },
  },
  {
    section: '5.1',
    name: 'HEADERS after the answer',
    send: [...ENDED, headers(1, CALL)],
    expected: { goAway: 'STREAM_CLOSED' },
  },
  {
    section: '5.1',
    name: 'CONTINUATION after the answer',
    send: [...ENDED, continuation(1, CALL)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '5.1',
    name: 'PRIORITY, WINDOW_UPDATE and RST_STREAM after the answer',
    send: [...ENDED, priority(1, 0), windowUpdate(1, 5), reset(1)],
    expected: 'nothing',
  },

  // Numbers.
  {
    section: '5.1.1',
    name: 'a stream with an even number',
    send: [headers(2, CALL)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '5.1.1',
    name: 'a stream that was passed over',
    send: [call(5), headers(3, CALL)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '5.1.1',
    name: 'DATA on a stream that was passed over',
    send: [begin(5), data(3, 'test')],
    expected: { reset: 'STREAM_CLOSED', stream: 3 },
  },
  {
    section: '5.1.1',
    name: 'streams in order, with gaps',
    send: [call(3), call(9), call(1001)],
    expected: { answered: [3, 9, 1001] },
  },
  { section: '5.1.1', name: 'the last stream', send: [call(LARGEST)], expected: { answered: [LARGEST] } },

  // Requests.
  {
    section: '8.1',
    name: 'trailers',
    send: [begin(1), data(1, message('test'), false), headers(1, Buffer.from('000178016f', 'hex'))],
    expected: { answered: [1] },
  },
  {
    section: '8.1',
    name: 'trailers that do not end the request',
    send: [
      begin(1),
      data(1, message('test'), false),
      headers(1, Buffer.from('000178016f', 'hex'), { end: false }),
    ],
    expected: { reset: 'PROTOCOL_ERROR' },
  },
  {
    section: '8.1',
    name: 'DATA after trailers',
    send: [headers(1, HOLD, { end: false }), headers(1, Buffer.from('000178016f', 'hex')), data(1, 'test')],
    expected: { reset: 'STREAM_CLOSED' },
  },

  // Windows of the client.
  {
    section: '6.9',
    name: 'WINDOW_UPDATE of 0',
    send: [windowUpdate(0, 0)],
    expected: { goAway: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.9',
    name: 'WINDOW_UPDATE of 0 on a stream',
    send: [begin(1), windowUpdate(1, 0)],
    expected: { reset: 'PROTOCOL_ERROR' },
  },
  {
    section: '6.9',
    name: 'WINDOW_UPDATE of 3 bytes',
    send: [frame(TYPE.windowUpdate, 0, 0, Buffer.alloc(3))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },
  {
    section: '6.9',
    name: 'WINDOW_UPDATE of 3 bytes on a stream',
    send: [begin(1), frame(TYPE.windowUpdate, 0, 1, Buffer.alloc(3))],
    expected: { goAway: 'FRAME_SIZE_ERROR' },
  },
  {
    section: '6.9',
    name: 'the reserved bit of a window',
    send: [...HALF_CLOSED, windowUpdate(1, 0x8000_0001)],
    expected: { data: [1] },
  },
  {
    section: '6.9.1',
    name: 'a window of 1',
    send: [settings([SETTING.initialWindowSize, 1]), call(1)],
    expected: { data: [1] },
  },
  {
    section: '6.9.1',
    name: 'a window of 1, and 8 more',
    send: [settings([SETTING.initialWindowSize, 1]), call(1), 'handled', windowUpdate(1, 8)],
    expected: { data: [1, 8] },
  },
  {
    section: '6.9.1',
    name: 'windows above 2^31 - 1 of the connection',
    send: [windowUpdate(0, LARGEST), windowUpdate(0, LARGEST)],
    expected: { goAway: 'FLOW_CONTROL_ERROR' },
  },
  {
    section: '6.9.1',
    name: 'a window above 2^31 - 1 of a stream',
    send: [begin(1), windowUpdate(1, LARGEST), windowUpdate(1, LARGEST)],
    expected: { reset: 'FLOW_CONTROL_ERROR' },
  },
  {
    section: '6.9.1',
    name: 'the largest window of the connection',
    send: [windowUpdate(0, LARGEST - 65_535), call(1)],
    expected: { answered: [1] },
  },
  {
    section: '6.9.2',
    name: 'a window that grows by a setting',
    send: [
      settings([SETTING.initialWindowSize, 0]),
      call(1),
      'handled',
      settings([SETTING.initialWindowSize, 1]),
    ],
    expected: { data: [1] },
  },
  {
    section: '6.9.2',
    name: 'a window that shrinks below 0',
    send: [
      settings([SETTING.initialWindowSize, 3]),
      call(1),
      'handled',
      settings([SETTING.initialWindowSize, 1]),
      windowUpdate(1, 2),
      'handled',
      windowUpdate(1, 1),
    ],
    expected: { data: [3, 1] },
  },
  {
    section: '6.9.2',
    name: 'a setting that makes the window of a stream too large',
    send: [begin(1), windowUpdate(1, LARGEST - 65_535), settings([SETTING.initialWindowSize, 65_536])],
    expected: { goAway: 'FLOW_CONTROL_ERROR' },
  },
  {
    section: '6.9.2',
    name: 'a setting, which does not change the window of the connection',
    send: [
      settings([SETTING.initialWindowSize, LARGEST]),
      call(1, 'x'.repeat(16_379)),
      call(3, 'x'.repeat(16_379)),
      call(5, 'x'.repeat(16_379)),
      call(7, 'x'.repeat(16_379)),
      'handled',
      windowUpdate(0, 100_000),
    ],
    expected: { answered: [1, 3, 5, 7] },
  },

  // Closed streams count in the window of the connection, and are given back.
  {
    section: '5.1',
    name: 'more DATA on a closed stream than the windows hold',
    send: [
      begin(1),
      reset(1),
      ...Array.from({ length: 200 }, () => [data(1, Buffer.alloc(16_384), false), 'handled'] as const).flat(),
    ],
    expected: { reset: 'STREAM_CLOSED' },
  },
  {
    section: '5.2.2',
    name: 'more calls than the window of the connection holds',
    send: Array.from(
      { length: 150 },
      (_, at) => [call(2 * at + 1, 'x'.repeat(16_000)), 'handled', windowUpdate(0, 16_005)] as const,
    ).flat(),
    expected: { answered: [1, 299] },
  },

  // Frames with an end and more.
  {
    section: '5.1',
    name: 'a call that is whole in its HEADERS',
    send: [frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream, 1, CALL)],
    expected: { status: '200' },
  },
];
