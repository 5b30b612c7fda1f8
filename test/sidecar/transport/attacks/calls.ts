import { CHECK_FIELDS } from '../../../support/check-fields.ts';
import { block } from '../../../support/hpack-literals.ts';
import { data, headers, message } from '../../../support/http2-frames.ts';
import { officialCheckRequest } from '../../../support/official.ts';

export const CHECK_BLOCK: Buffer = block(CHECK_FIELDS);

/** A message of a check with a body of this many bytes. */
export function checkMessage(bodyBytes = 0): Buffer {
  const http = { method: 'GET', host: 'any.acme.svc', path: '/', headers: {}, body: 'x'.repeat(bodyBytes) };
  return message(officialCheckRequest.serialize({ attributes: { request: { http } } }));
}

const SMALL = checkMessage();

/** The number of the stream of a round. */
export function streamOf(round: number): number {
  return 2 * round + 1;
}

/** A whole check on a stream. */
export function check(stream: number): Buffer {
  return Buffer.concat([headers(stream, CHECK_BLOCK, { end: false }), data(stream, SMALL)]);
}

/** The begin of a check on a stream. */
export function beginCheck(stream: number): Buffer {
  return headers(stream, CHECK_BLOCK, { end: false });
}

/** So many rounds of frames in one buffer, from a round on. */
export function batch(from: number, count: number, make: (round: number) => Uint8Array): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, at) => make(from + at)));
}
