import { createMetrics, formatFor } from '../../../src/sidecar/telemetry/metrics.ts';
import { aDecision } from '../../support/decision.ts';
import { metricsOptions } from '../../support/metrics-options.ts';

const noon = Date.parse('2026-06-01T12:00:00Z');
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = `00-${TRACE}-00f067aa0ba902b7-01`;
const DENIED =
  'lictor_decisions_total{decision="deny",reason="no_rule",policy="orders-api",rule="",mode="enforce"}';

const quietMetrics = () => createMetrics(metricsOptions({ clock: () => noon }));
const linesOf = async (metrics: ReturnType<typeof quietMetrics>) =>
  (await metrics.text('openMetrics')).split('\n');

test.each([
  ['', 'prometheus'],
  ['text/plain;version=0.0.4', 'prometheus'],
  ['*/*', 'prometheus'],
  ['application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2', 'openMetrics'],
] as const)('a scraper that accepts `%s` gets %s', (accept, format) => {
  expect(formatFor(accept)).toBe(format);
});

test('a refused decision is the exemplar of its count, a slow one of its bucket', async () => {
  const metrics = quietMetrics();
  metrics.decided(aDecision({ id: 'd-1', time: noon, duration: 40 }), CALLER);
  metrics.decided(aDecision({ id: 'd-2', time: noon + 10, duration: 40 }), CALLER);
  metrics.decided(aDecision({ id: 'd-3', time: noon + 20, duration: 3000, reason: 'allowed', status: 200 }));
  const lines = await linesOf(metrics);
  expect(lines).toContain(`${DENIED} 2 # {trace_id="${TRACE}",decision_id="d-1"} 1 1780315200.000`);
  expect(lines).toContain(
    'lictor_decision_duration_seconds_bucket{le="0.005"} 3 # {decision_id="d-3"} 0.003 1780315200.020',
  );
  expect(lines).toContain('lictor_decision_duration_seconds_bucket{le="0.00005"} 2');
  expect(lines.filter((line) => line.includes('"allowed"') && line.includes('# {'))).toEqual([]);
});

test('an exemplar is replaced after a second, and an invalid traceparent is not shown', async () => {
  const metrics = quietMetrics();
  metrics.decided(aDecision({ id: 'd-1', time: noon }), CALLER);
  metrics.decided(aDecision({ id: 'd-2', time: noon + 999 }), CALLER);
  metrics.decided(aDecision({ id: 'd-3', time: noon + 1000 }), 'SECRET"} 1\nlictor_fake 1');
  expect(await linesOf(metrics)).toContain(`${DENIED} 3 # {decision_id="d-3"} 1 1780315201.000`);
});

test('the text has the families and samples of the Prometheus text, and an end', async () => {
  const metrics = quietMetrics();
  metrics.decided(aDecision({ duration: 3000 }));
  const prometheus = (await metrics.text()).trim().split('\n');
  const text = await metrics.text('openMetrics');
  expect(text.endsWith('\n# EOF\n')).toBe(true);
  const open = text.slice(0, -'# EOF\n'.length).trim().split('\n');
  const samples = (lines: readonly string[]) =>
    lines.filter((line) => !line.startsWith('#') && line !== '').map((line) => line.replace(/ # .*/, ''));
  expect(samples(open).toSorted()).toEqual(samples(prometheus).toSorted());
  expect(open).toContain('# TYPE lictor_decisions counter');
  expect(open).toContain('# TYPE lictor_decision_duration_seconds histogram');
  expect(open.filter((line) => line.startsWith('# TYPE'))).toHaveLength(
    prometheus.filter((line) => line.startsWith('# TYPE')).length,
  );
});
