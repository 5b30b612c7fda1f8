import { setTimeout as pause } from 'node:timers/promises';
import { CHECK_FIELDS } from '../../support/check-fields.ts';
import { decodeCheckResponse } from '../../support/check-messages.ts';
import { block } from '../../support/hpack-literals.ts';
import { data, headers, message, TYPE, windowUpdate } from '../../support/http2-frames.ts';
import { Http2Peer } from '../../support/http2-peer.ts';
import { officialCheckRequest } from '../../support/official.ts';
import type { SteadyChecks } from './steady-load.ts';

/*
 * node steady-asker.ts ADDRESS HOST INTERVAL, with a channel to its parent: sends a check every INTERVAL milliseconds,
 * whether the ones before are answered or not. It reports the checks that were sent between two messages of the parent.
 * It writes frames by itself, so that its own work delays no check.
 */
const [address = '', host = '', interval = ''] = process.argv.slice(2);
const peer = await Http2Peer.greet({ address });
// Answers that wait for a stalled reader are not split among frames.
peer.send(windowUpdate(0, 2 ** 24));
const fields = block(CHECK_FIELDS);
const body = message(
  officialCheckRequest.serialize({ attributes: { request: { http: { method: 'GET', host, path: '/' } } } }),
);
/** Times at which the checks without an answer were sent, by stream. */
const open = new Map<number, number>();
let checks = emptied();
let next = 1;

function emptied(): { times: number[]; late: number[]; wrong: number } {
  return { times: [], late: [], wrong: 0 };
}

function send(planned: number): void {
  const now = performance.now();
  checks.late.push(now - planned);
  open.set(next, now);
  peer.send(headers(next, fields, { end: false }), data(next, body));
  next += 2;
}

async function report(): Promise<void> {
  // The checks on their way belong to the report.
  while (open.size > 0) await pause(1);
  process.send?.(checks satisfies SteadyChecks);
  checks = emptied();
}

peer.socket.on('data', () => {
  const now = performance.now();
  for (const { type, stream, payload, flags } of peer.frames.splice(0)) {
    if (type === TYPE.data) {
      peer.send(windowUpdate(0, payload.length));
      if ((decodeCheckResponse(payload.subarray(5)).status?.code ?? 0) !== 0) checks.wrong += 1;
    }
    const sent = open.get(stream);
    if (sent === undefined || (flags & 1) === 0) continue;
    open.delete(stream);
    checks.times.push(now - sent);
    if (type !== TYPE.headers) checks.wrong += 1;
  }
});
peer.socket.once('close', () => process.exit(1));

process.on('message', () => void report());
process.once('disconnect', () => process.exit());

for (let planned = performance.now(); ; planned += Number(interval)) {
  const wait = planned - performance.now();
  if (wait > 0) await pause(wait);
  send(planned);
}
