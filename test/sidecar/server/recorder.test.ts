import { decide } from '../../../src/engine/decision/decide.ts';
import { createRecorder } from '../../../src/sidecar/server/recorder.ts';
import type { Traces } from '../../../src/sidecar/telemetry/decision-tracer.ts';
import type { Metrics } from '../../../src/sidecar/telemetry/metrics.ts';
import { attributes } from '../../support/attributes.ts';
import { aDecision } from '../../support/decision.ts';
import { standingStill } from '../../support/pending-decisions.ts';
import { policySet } from '../../support/policy-set.ts';

const QUIET = {
  metrics: { decided: () => {}, auditDropped: () => {}, sampledOut: () => {} } as unknown as Metrics,
  traces: { trace: () => ({ traceId: '', spanId: '', sampled: false }) } as unknown as Traces,
};

test('a header that two policies set differently is logged once', async () => {
  const warned: unknown[] = [];
  const log = {
    info: () => {},
    warn: (message: string, fields?: object) => warned.push([message, fields]),
    error: () => {},
  };
  const { record } = createRecorder({ ...QUIET, sinks: [], log, clock: () => 0 });
  const respond = (value: string) => ({ allow: { requestHeaders: { set: { 'x-a': { cel: value } } } } });
  const set = policySet({
    policies: {
      first: { rules: [{ name: 'all', effect: 'allow' }], respond: respond("'1'") },
      second: { respond: respond('request.method') },
    },
  });
  for (const method of ['GET', 'POST', 'GET']) {
    const { decision } = await decide(attributes({ method }), set, standingStill());
    await record(decision, undefined);
  }
  expect(warned).toEqual([
    [
      'two policies set the request header x-a differently, the later one takes precedence',
      { earlier: 'first', later: 'second' },
    ],
  ]);
});

test('at level debug each decision is a line, which has nothing of the request', async () => {
  const lines: unknown[] = [];
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const log = { ...quiet, debug: (message: string, fields?: object) => lines.push([message, fields]) };
  const { record } = createRecorder({ ...QUIET, sinks: [], log, clock: () => 0 });
  const set = policySet({ policies: { open: { rules: [{ name: 'all', effect: 'allow' }] } } });
  const { decision } = await decide(attributes({ path: '/secret?token=1' }), set, standingStill());
  await record(decision, undefined);
  expect(lines).toEqual([
    ['decision', expect.objectContaining({ decision_id: decision.id, reason: 'allowed', rule: 'all' })],
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('a decision that took long is kept beside many that began after it', () => {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const { record, recent } = createRecorder({ ...QUIET, sinks: [], log, clock: () => 0 });
  for (let time = 0; time < 2000; time++) {
    void record(aDecision({ id: String(time), time: time / 4, duration: 10 }), undefined);
  }
  void record(aDecision({ id: 'slow', time: 1, duration: 500_000 }), undefined);
  expect(recent.list(1).map(({ id }) => id)).toEqual(['slow']);
});

test('a decision that a share leaves out is counted and kept for the admin page, and no sink gets it', async () => {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const [written, counted]: [string[], string[]] = [[], []];
  const sink = {
    name: 'memory',
    write: async (lines: Uint8Array) => void written.push(Buffer.from(lines).toString()),
    reopen: async () => {},
    close: async () => {},
  };
  const metrics = {
    ...QUIET.metrics,
    sampledOut: (answer: string) => counted.push(answer),
  } as unknown as Metrics;
  const wishes = { allow: 1, deny: 0, inputs: false, body: false };
  const recorder = createRecorder({ ...QUIET, metrics, sinks: [sink], log, clock: () => 0, wishes });
  await recorder.record(aDecision({ id: 'denied' }), undefined);
  await recorder.record(aDecision({ id: 'allowed', reason: 'allowed', status: 200 }), undefined);
  await recorder.close(1000);
  expect(written.join('')).toMatch(/^[^\n]*"decision_id":"allowed"[^\n]*\n$/);
  expect(counted).toEqual(['deny']);
  expect(recorder.recent.list(9).map(({ id }) => id)).toEqual(['denied', 'allowed']);
});
