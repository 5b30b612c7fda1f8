import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace';
import { createTraces } from '../../../src/sidecar/telemetry/traces.ts';
import { aDecision } from '../../support/decision.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';

async function tracesTo(exporter: SpanExporter | undefined, environment: NodeJS.ProcessEnv = {}) {
  const warnings: string[] = [];
  const traces = await createTraces({
    environment,
    version: '1.2.3',
    instance: 'i-1',
    log: { info() {}, warn: (message) => warnings.push(message), error() {} },
    ...(exporter === undefined ? {} : { exporter }),
  });
  return { traces, warnings };
}

/** An exporter with a fixed result: 0 is success, 1 failure. */
function ending(code: 0 | 1, error: Error | undefined, shutdown: () => Promise<void>): SpanExporter {
  return {
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum is in a package that only the SDK uses
    export: (_spans, done) => done({ code, ...(error === undefined ? {} : { error }) }),
    shutdown,
  };
}

/** Keeps its spans after it was shut down. */
class KeepingExporter extends InMemorySpanExporter {
  override async shutdown(): Promise<void> {}
}

test('a decision becomes a server span in the trace of the caller', async () => {
  const exporter = new KeepingExporter();
  const { traces } = await tracesTo(exporter, { OTEL_SERVICE_NAME: 'edge' });
  const place = traces.trace(aDecision(), `00-${traceId}-${parentId}-01`);
  await traces.close(5000);
  const [span, ...others] = exporter.getFinishedSpans();
  expect(others).toEqual([]);
  expect(place).toEqual({ traceId, spanId: span?.spanContext().spanId });
  expect(place.spanId).not.toBe(parentId);
  expect(span).toMatchObject({
    name: 'envoy.service.auth.v3.Authorization/Check',
    kind: SpanKind.SERVER,
    parentSpanContext: { traceId, spanId: parentId, isRemote: true },
    startTime: [1_780_315_200, 123_456_055],
    status: { code: SpanStatusCode.UNSET },
  });
  expect(span?.duration[1]).toBeGreaterThan(41_000);
  expect(span?.duration[1]).toBeLessThan(42_000);
  expect(span?.attributes).toEqual({
    'rpc.system': 'grpc',
    'rpc.service': 'envoy.service.auth.v3.Authorization',
    'rpc.method': 'Check',
    'rpc.grpc.status_code': 0,
    'vcs.ref.head.revision': 'a'.repeat(40),
    'lictor.revision': 'a'.repeat(40),
    'lictor.decision': 'deny',
    'lictor.reason': 'no_rule',
    'lictor.policy': 'orders-api',
    'lictor.rule': '',
    'lictor.decision_id': '01900000-0000-7000-8000-000000000001',
  });
  expect(span?.resource.attributes).toMatchObject({ 'service.name': 'edge', 'service.version': '1.2.3' });
});

test('a caller that is not sampled gets no span, and stays in its own trace', async () => {
  const exporter = new KeepingExporter();
  const { traces } = await tracesTo(exporter);
  expect(traces.trace(aDecision(), `00-${traceId}-${parentId}-00`)).toEqual({ traceId, spanId: parentId });
  await traces.close(5000);
  expect(exporter.getFinishedSpans()).toEqual([]);
});

test('without a caller, a new trace begins, under the default name', async () => {
  const exporter = new KeepingExporter();
  const { traces } = await tracesTo(exporter, { OTEL_RESOURCE_ATTRIBUTES: 'team=a%20b,broken=%zz,none' });
  expect(traces.trace(aDecision(), 'junk').traceId).toMatch(/^[0-9a-f]{32}$/);
  await traces.close(5000);
  const [span] = exporter.getFinishedSpans();
  expect(span?.parentSpanContext).toBeUndefined();
  expect(span?.resource.attributes).toEqual({
    'service.name': 'lictor',
    'service.version': '1.2.3',
    'service.instance.id': 'i-1',
    team: 'a b',
  });
});

test('only an internal error or an error of a policy is an error', async () => {
  const exporter = new KeepingExporter();
  const { traces } = await tracesTo(exporter);
  traces.trace(aDecision({ reason: 'policy_error', fault: new Error('SECRET') }), '');
  await traces.close(5000);
  const [span] = exporter.getFinishedSpans();
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'policy_error' });
  expect(JSON.stringify([span?.attributes, span?.events, span?.status])).not.toContain('SECRET');
});

test('shadow verdicts are attributes of the span', async () => {
  const exporter = new KeepingExporter();
  const { traces } = await tracesTo(exporter);
  traces.trace(
    aDecision({
      shadow: [
        { policy: 'strict', rule: '', decision: 'deny', reason: 'no_rule' },
        { of: 'rule', policy: 'orders', rule: 'no-bots', decision: 'deny', reason: 'rule_denied' },
      ],
    }),
    '',
  );
  await traces.close(5000);
  expect(exporter.getFinishedSpans()[0]?.attributes['lictor.shadow']).toEqual([
    'strict=deny',
    'orders/no-bots=deny',
  ]);
});

test('shared limits that were decided without their store are an attribute of the span', async () => {
  const exporter = new KeepingExporter();
  const { traces } = await tracesTo(exporter);
  const limit = { policy: 'orders', name: 'each', allowed: true, remaining: 1 };
  const limits = [limit, { ...limit, name: 'all', withoutStore: 'share' as const }];
  traces.trace(aDecision({ limits }), '');
  traces.trace(aDecision({ limits: [limit] }), '');
  await traces.close(5000);
  expect(
    exporter.getFinishedSpans().map(({ attributes }) => attributes['lictor.limits_without_store']),
  ).toEqual([['orders/all=share'], undefined]);
});

test('without an exporter, the place of the caller is passed on and no span is created', async () => {
  const { traces } = await tracesTo(undefined);
  expect(traces.trace(aDecision(), `00-${traceId}-${parentId}-01`)).toEqual({ traceId, spanId: parentId });
  expect(traces.trace(aDecision(), '')).toEqual({ traceId: '', spanId: '' });
  await traces.close(0);
});

test('a failing collector is logged once, and one that never answers delays nothing', async () => {
  const failing = ending(1, new Error('connect ECONNREFUSED, authorization=SECRET'), async () => {});
  const { traces, warnings } = await tracesTo(failing);
  traces.trace(aDecision(), '');
  await traces.close(5000);
  const again = await tracesTo(ending(0, undefined, () => new Promise(() => {})));
  again.traces.trace(aDecision(), '');
  await again.traces.close(5);
  expect(warnings).toEqual([
    'telemetry cannot be sent, decisions are not affected; further failures are not logged',
  ]);
});

test.each([
  ['always_on', undefined, '00', 1],
  ['always_off', undefined, '01', 0],
  ['traceidratio', '0', '01', 0],
  ['traceidratio', 'a half', '00', 1],
  ['parentbased_always_off', undefined, '01', 1],
  ['parentbased_traceidratio', '0', '01', 1],
  ['unknown_sampler', undefined, '00', 0],
])('OTEL_TRACES_SAMPLER=%s with %s under a parent with flags %s', async (name, argument, flags, spans) => {
  const exporter = new KeepingExporter();
  const { traces } = await tracesTo(exporter, {
    OTEL_TRACES_SAMPLER: name,
    OTEL_TRACES_SAMPLER_ARG: argument,
    OTEL_BSP_SCHEDULE_DELAY: '10',
  });
  traces.trace(aDecision(), `00-${traceId}-${parentId}-${flags}`);
  await traces.close(5000);
  expect(exporter.getFinishedSpans()).toHaveLength(spans);
});
