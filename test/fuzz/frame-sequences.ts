import { CHECK_FIELDS } from '../support/check-fields.ts';
import { FULL_CHECK, RAW_HEADERS_CHECK } from '../support/checks.ts';
import { block, indexed, kept, literal } from '../support/hpack-literals.ts';
import {
  continuation,
  data,
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
} from '../support/http2-frames.ts';
import { officialCheckRequest } from '../support/official.ts';
import type { Sequences } from './frame-mutations.ts';

const FIELDS = [...CHECK_FIELDS, ['grpc-timeout', '1S'] as const];

const CALL = block(FIELDS);
const KEPT = Buffer.concat(FIELDS.map(([name, value]) => kept(name, value)));
/** The fields of `KEPT`, once the table has them. */
const AGAIN = Buffer.concat(FIELDS.map((_, at) => indexed(62 + FIELDS.length - 1 - at)));
const FULL = message(officialCheckRequest.serialize(FULL_CHECK));
const RAW = message(officialCheckRequest.serialize(RAW_HEADERS_CHECK));
const OPEN = [PREFACE, settings(), SETTINGS_ACK];

function begin(stream: number, fields: Uint8Array = CALL): Buffer {
  return headers(stream, fields, { end: false });
}

/** Connections that a client may make, each with at least one whole check. */
export const SEQUENCES: Sequences = [
  [...OPEN, begin(1), data(1, FULL)],
  [...OPEN, begin(1, KEPT), data(1, FULL), begin(3, AGAIN), data(3, RAW), begin(5, AGAIN), data(5, FULL)],
  [...OPEN, begin(1), begin(3), data(3, FULL), data(1, RAW)],
  [
    PREFACE,
    settings([SETTING.initialWindowSize, 20], [SETTING.maxFrameSize, 32_768], [SETTING.headerTableSize, 0]),
    begin(1),
    data(1, FULL),
    windowUpdate(1, 100_000),
    settings([SETTING.initialWindowSize, 65_535]),
    begin(3),
    data(3, RAW),
    windowUpdate(0, 1000),
  ],
  [
    ...OPEN,
    headers(1, CALL.subarray(0, 20), { end: false, endHeaders: false }),
    continuation(1, CALL.subarray(20, 50), false),
    continuation(1, CALL.subarray(50)),
    data(1, FULL.subarray(0, 100), false),
    ping('between'),
    data(1, FULL.subarray(100), false),
    headers(1, literal('x-trailer', 'ok')),
  ],
  [
    ...OPEN,
    frame(
      TYPE.headers,
      FLAG.endHeaders | FLAG.padded | FLAG.priority,
      1,
      padded(Buffer.concat([Buffer.alloc(5), CALL]), 9),
    ),
    frame(TYPE.data, FLAG.endStream | FLAG.padded, 1, padded(FULL, 20)),
    priority(3, 1),
    begin(3),
    reset(3),
    begin(5),
    data(5, RAW),
    goAway(0, 0),
  ],
  [
    ...OPEN,
    begin(1),
    data(1, FULL),
    begin(3),
    data(3, ''),
    headers(5, CALL),
    begin(7),
    data(7, message('x', true)),
  ],
];
