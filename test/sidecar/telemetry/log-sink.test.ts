import { createAuditQueue } from '../../../src/sidecar/audit/queue.ts';
import { toRecord } from '../../../src/sidecar/audit/record.ts';
import type { Exporters } from '../../../src/sidecar/telemetry/exporters.ts';
import { createLogSink } from '../../../src/sidecar/telemetry/log-sink.ts';
import { aDecision } from '../../support/decision.ts';

const noon = Date.parse('2026-06-01T12:00:00Z');
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

type Exported = Parameters<Exporters['logs']['export']>[0];
type Result = { readonly code: 0 | 1; readonly error?: Error };

const SUCCESS: Result = { code: 0 };
const failure = (fields: object = {}): Result => ({
  code: 1,
  error: Object.assign(new Error('authorization=SECRET'), fields),
});

/** A sink whose collector answers with `results`, and with success after them. */
async function sinkTo(results: readonly Result[]) {
  const [exported, pauses, lines]: [Exported[], number[], string[]] = [[], [], []];
  const left = [...results];
  const write = (message: string, fields?: object) => lines.push(`${message} ${JSON.stringify(fields)}`);
  const sink = await createLogSink({
    environment: { OTEL_RESOURCE_ATTRIBUTES: 'service.name=edge' },
    version: '1.2.3',
    instance: 'i-1',
    log: { info: write, warn: write, error: write },
    times: {
      now: () => noon,
      pause: async (milliseconds) => void pauses.push(milliseconds),
    },
    exporter: {
      export(records, done) {
        exported.push(records);
        // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum is in a package that only the SDK uses
        done(left.shift() ?? SUCCESS);
      },
      shutdown: async () => {},
    },
  });
  if (sink === undefined) throw new Error('no sink');
  return { sink, exported, pauses, lines };
}

const lineOf = (fields: Parameters<typeof aDecision>[0], place = { traceId: '', spanId: '' }) =>
  JSON.stringify(toRecord(aDecision(fields), place));
const bytesOf = (...lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''));

const QUIET = { info() {}, warn() {}, error() {} };

test('without an exporter, there is no sink', async () => {
  const log = QUIET;
  expect(await createLogSink({ environment: {}, version: '1', instance: 'i-1', log })).toBeUndefined();
});

test('each line is a log record, with the line as its body', async () => {
  const { sink, exported } = await sinkTo([]);
  const denied = lineOf({ environment: 'production' }, { traceId, spanId });
  const failed = lineOf({ reason: 'policy_error', status: 500 });
  await sink.write(bytesOf(denied, failed));
  const [[first, second, ...rest] = []] = exported;
  expect(rest).toEqual([]);
  expect(first).toMatchObject({
    body: denied,
    eventName: 'lictor.decision',
    severityText: 'INFO',
    hrTime: [noon / 1000, 123_456_000],
    spanContext: { traceId, spanId },
    attributes: {
      'lictor.decision_id': aDecision().id,
      'lictor.decision': 'deny',
      'lictor.reason': 'no_rule',
      'lictor.policy': 'orders-api',
      'lictor.rule': '',
      'deployment.environment.name': 'production',
      'vcs.ref.head.revision': aDecision().revisionText,
    },
  });
  expect(first?.resource.attributes).toMatchObject({
    'service.name': 'edge',
    'service.version': '1.2.3',
    'service.instance.id': 'i-1',
  });
  expect(second).toMatchObject({ severityText: 'ERROR', body: failed });
  expect(second?.spanContext).toBeUndefined();
});

test('a collector that is gone gets the same records again, and the log says so once', async () => {
  const gone = failure({ code: 'ECONNREFUSED' });
  const { sink, exported, pauses, lines } = await sinkTo([
    gone,
    gone,
    failure(),
    gone,
    failure({ code: 503 }),
  ]);
  await sink.write(bytesOf(lineOf({})));
  expect(exported).toHaveLength(6);
  expect(pauses).toEqual([1000, 2000, 4000, 5000, 5000]);
  expect(lines).toEqual([
    'decision records cannot be sent, trying again {"sink":"otlp","cause":"ECONNREFUSED"}',
    'decision records can be sent again {"sink":"otlp"}',
  ]);
});

test.each([400, 401, 413, 3, 16])(
  'records are lost at once if the collector refuses them with %d',
  async (code) => {
    const { sink, exported, pauses } = await sinkTo([failure({ code })]);
    await expect(sink.write(bytesOf(lineOf({})))).rejects.toThrow(
      new Error(`the collector refuses the records (${code})`),
    );
    expect(exported).toHaveLength(1);
    expect(pauses).toEqual([]);
  },
);

test.each([408, 429, 500, 14])('records are sent again after %d', async (code) => {
  const { sink, exported } = await sinkTo([failure({ code })]);
  await sink.write(bytesOf(lineOf({})));
  expect(exported).toHaveLength(2);
});

test('a line that is not a decision keeps its text', async () => {
  const { sink, exported } = await sinkTo([]);
  await sink.write(bytesOf('{"kind":"checkpoint"}', '7'));
  expect(exported[0]?.map(({ body, attributes }) => [body, attributes])).toEqual([
    ['{"kind":"checkpoint"}', {}],
    ['7', {}],
  ]);
});

test('a collector that is gone loses what the bound of the queue says, and no more', async () => {
  const { promise: isBack, resolve: comeBack } = Promise.withResolvers<void>();
  const [bodies, dropped, failures]: [unknown[], number[], string[]] = [[], [], []];
  let isGone = true;
  const sink = await createLogSink({
    environment: {},
    version: '1',
    instance: 'i-1',
    log: QUIET,
    times: { now: () => noon, pause: () => isBack },
    exporter: {
      export(records, done) {
        if (!isGone) bodies.push(...records.map(({ body }) => body));
        // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum is in a package that only the SDK uses
        done(isGone ? failure({ code: 'ECONNREFUSED' }) : SUCCESS);
      },
      shutdown: async () => {},
    },
  });
  if (sink === undefined) throw new Error('no sink');
  const queue = createAuditQueue({
    sink,
    maxRecords: 10,
    onDrop: (name, count) => dropped.push(name === 'otlp' ? count : Number.NaN),
    onFailure: (_, { message }) => failures.push(message),
  });
  const line = (id: number) => bytesOf(`{"decision_id":"${id}"}`);
  queue.push(line(0));
  // The first record is on its way when the others come.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  for (let id = 1; id <= 25; id++) queue.push(line(id));
  expect(dropped).toEqual(Array.from({ length: 15 }, () => 1));
  expect(queue.taken()).toBe(1);
  expect(failures).toEqual(['records arrive faster than they are taken; the newest are dropped']);
  isGone = false;
  comeBack();
  await queue.close(5000);
  expect(bodies).toEqual(Array.from({ length: 11 }, (_, id) => `{"decision_id":"${id}"}`));
  expect(queue.taken()).toBe(0);
});
