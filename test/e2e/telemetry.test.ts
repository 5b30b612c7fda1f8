import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { METRICS } from '../../src/sidecar/telemetry/metric-table.ts';
import { connectAsker } from '../support/ask.ts';
import { startLictor } from '../support/lictor.ts';
import { recordOf } from '../support/log-lines.ts';
import { writeOpenPolicy } from '../support/open-policy.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { freePort } from '../support/ports.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';

const IN_TIME = { timeout: 30_000 } as const;

test('a collector that is late gets the records of before, and the metrics at the end', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const port = await freePort();
  const lictor = await startLictor({
    folder: join(folder, 'lictor'),
    policies: await writeOpenPolicy(folder),
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_SERVICE_NAME: 'lictor-beside-orders',
    },
  });
  stack.defer(lictor.stop);
  const asker = connectAsker(lictor.listen);
  stack.defer(asker.close);
  const { dynamicMetadata } = await asker.check({ host: 'any.acme.svc', path: '/' });
  const id = dynamicMetadata?.fields?.['decision_id']?.stringValue ?? '';
  const record = await recordOf(lictor.records, id);
  await waitFor(
    async () =>
      (await readFile(lictor.child.log, 'utf8')).includes('decision records cannot be sent')
        ? true
        : undefined,
    { what: 'the line about the collector', ...IN_TIME },
  );
  const receiver = await startOtlpReceiver(port);
  stack.defer(receiver.stop);
  const log = await waitFor(
    () => receiver.logs().find(({ attributes }) => attributes['lictor.decision_id'] === id),
    { what: 'the record', ...IN_TIME },
  );
  expect(JSON.parse(log.body)).toEqual(record);
  expect(log.resource).toMatchObject({ 'service.name': 'lictor-beside-orders' });
  const metrics = await (await fetch(`${lictor.admin}/metrics`)).text();
  expect(metrics).toContain('lictor_audit_dropped_total{sink="otlp"} 0');
  lictor.child.signal('SIGTERM');
  expect(await lictor.child.exited).toBe('exit code 0');
  const names = Object.entries(METRICS).map(([name, row]) => ('otlp' in row ? row.otlp.name : name));
  expect(names.filter((name) => !receiver.metrics().has(name))).toEqual([]);
});

test('SIGUSR1 changes the level of the log to debug and back, and never opens the inspector', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const policies = await writeOpenPolicy(folder);
  const lictor = await startLictor({ folder: join(folder, 'lictor'), policies });
  stack.defer(lictor.stop);
  const asker = connectAsker(lictor.listen);
  stack.defer(asker.close);
  const logText = () => readFile(lictor.child.log, 'utf8');
  const check = () => asker.check({ host: 'any.acme.svc', path: '/' });
  const changed = (level: string) =>
    waitFor(async () => ((await logText()).includes(`"log_level":"${level}"`) ? true : undefined), {
      what: `the level ${level}`,
      ...IN_TIME,
    });
  await check();
  lictor.child.signal('SIGUSR1');
  await changed('debug');
  const { dynamicMetadata } = await check();
  lictor.child.signal('SIGUSR1');
  await changed('info');
  await check();
  lictor.child.signal('SIGTERM');
  expect(await lictor.child.exited).toBe('exit code 0');
  const log = await logText();
  const decisions = log.split('\n').filter((line) => line.includes('"message":"decision"'));
  expect(decisions).toHaveLength(1);
  expect(decisions[0]).toContain(dynamicMetadata?.fields?.['decision_id']?.stringValue);
  expect(log).not.toMatch(/Debugger listening|inspector/i);
});
