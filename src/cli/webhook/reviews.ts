import type { IncomingMessage, ServerResponse } from 'node:http';
import { printableJson } from '../../diagnostic/printable.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import type { FlagSource } from '../../flag/read-flags.ts';
import type { Log } from '../../sidecar/telemetry/logging.ts';
import { type Review, reviewAdmission } from '../../tools/inject/admission.ts';
import type { Counters } from './counters.ts';
import { type HeldBodies, readBody } from './read-body.ts';

/** Path of the webhook in `clientConfig`. */
const REVIEW_PATH = '/inject';

export interface ReviewOptions {
  /** Options of pods without the annotation. */
  readonly defaults: FlagSource;
  readonly counters: Counters;
  readonly log: Log;
  /** True during a drain: connections are not kept. */
  readonly isDraining: () => boolean;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Handler of the requests of an API server. Never throws. */
export function reviewHandler(
  options: ReviewOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const held: HeldBodies = { bytes: 0 };
  return (request, response) => {
    // A caller that leaves needs no handling.
    response.on('error', () => {});
    void answerTo(request, held, options)
      .catch((error: unknown): Answer => {
        options.counters.count('fault');
        options.log.error('a review failed', { error });
        return { status: 500, body: { error: 'internal error' } };
      })
      .then((answer) => send(response, answer, options));
  };
}

async function answerTo(
  request: IncomingMessage,
  held: HeldBodies,
  { defaults, counters, log }: ReviewOptions,
): Promise<Answer> {
  const refusal = refusalOf(request);
  if (refusal !== undefined) return refusal;
  const started = performance.now();
  const body = await readBody(request, held).catch(() => ({
    status: 400,
    problem: 'the body is not complete',
  }));
  const review: Review & { status?: number } =
    'text' in body && body.text !== undefined ? reviewText(body.text, defaults) : body;
  if (review.problem !== undefined) {
    const { status = 400, problem } = review;
    counters.count(status === 503 ? 'busy' : 'invalid');
    log.warn(status === 503 ? 'a review is not read' : 'a request is not a review', { problem });
    return { status, body: { error: problem } };
  }
  counters.count(review.result);
  report(review, performance.now() - started, log);
  return { status: 200, body: review.answer };
}

function reviewText(text: string, defaults: FlagSource): Review {
  let read: JsonValue;
  try {
    read = JSON.parse(text) as JsonValue;
  } catch {
    return { problem: 'the body is not JSON' };
  }
  return reviewAdmission(read, defaults);
}

/** The API server adds `?timeout=10s` to the path. */
function refusalOf({ method, url = '', headers }: IncomingMessage): Answer | undefined {
  if (url.split('?', 1)[0] !== REVIEW_PATH)
    return { status: 404, body: { error: `no such page; reviews go to ${REVIEW_PATH}` } };
  if (method !== 'POST') return { status: 405, body: { error: 'only POST is supported' } };
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? ''))
    return { status: 415, body: { error: 'the body is not `application/json`' } };
  return undefined;
}

function report(
  { result, pod, notes }: Extract<Review, { readonly problem?: undefined }>,
  duration: number,
  log: Log,
): void {
  const fields = {
    result,
    namespace: pod.namespace,
    pod: pod.name,
    dry_run: pod.dryRun,
    duration_ms: Math.round(duration * 1000) / 1000,
    ...(notes.length > 0 && { notes }),
  };
  if (result === 'refused') log.warn('a pod was refused', fields);
  else if (result === 'injected') log.info('a pod was injected', fields);
  else log.debug?.('a review changed nothing', fields);
}

function send(response: ServerResponse, { status, body }: Answer, { isDraining }: ReviewOptions): void {
  const text = `${printableJson(JSON.stringify(body))}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    // After a refusal, the rest of the body is not read.
    ...((status >= 400 || isDraining()) && { connection: 'close' }),
    ...(status === 405 && { allow: 'POST' }),
    // An API server repeats a call only if it is told when.
    ...(status === 503 && { 'retry-after': '1' }),
  });
  response.end(text);
}
