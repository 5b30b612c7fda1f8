import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { exportMetrics } from '../../../src/sidecar/telemetry/metric-export.ts';
import { METRICS } from '../../../src/sidecar/telemetry/metric-table.ts';
import { createMetrics } from '../../../src/sidecar/telemetry/metrics.ts';
import { aDecision } from '../../support/decision.ts';
import { metricsOptions } from '../../support/metrics-options.ts';

const QUIET = { info() {}, warn() {}, error() {} };

async function exported(environment: NodeJS.ProcessEnv): Promise<ResourceMetrics> {
  const received: ResourceMetrics[] = [];
  const metrics = createMetrics(metricsOptions());
  metrics.decided(aDecision());
  const running = await exportMetrics(
    {
      environment,
      version: '1.2.3',
      instance: 'i-1',
      log: QUIET,
      exporter: {
        export(batch, done) {
          received.push(batch);
          // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum is in a package that only the SDK uses
          done({ code: 0 });
        },
        async forceFlush() {},
        async shutdown() {},
      },
    },
    metrics,
  );
  await running.close(5000);
  const [last] = received;
  if (last === undefined) throw new Error('nothing was sent');
  return last;
}

test('all metrics of the table are sent at the end, those of the process by their conventions', async () => {
  const { scopeMetrics } = await exported({});
  const names = scopeMetrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name));
  const table = Object.entries(METRICS).map(([name, row]) => ('otlp' in row ? row.otlp.name : name));
  expect(names.toSorted()).toEqual(table.toSorted());
  expect(names).toEqual(expect.arrayContaining(['lictor_decisions_total', 'process.cpu.time']));
  const cpu = scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .find(({ descriptor }) => descriptor.name === 'process.cpu.time');
  expect(cpu).toMatchObject({ descriptor: { unit: 's' }, dataPoints: [{ value: 1.5 }] });
});

test.each([
  [{}, { 'service.name': 'lictor', 'service.version': '1.2.3', 'service.instance.id': 'i-1' }],
  [{ HOSTNAME: 'pod-7' }, { 'k8s.pod.name': undefined }],
  [
    { HOSTNAME: 'pod-7', KUBERNETES_SERVICE_HOST: '10.0.0.1', POD_NAMESPACE: 'shop' },
    { 'k8s.pod.name': 'pod-7', 'k8s.namespace.name': 'shop' },
  ],
  [
    {
      POD_NAME: 'pod-7',
      OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=a%20pod,broken,bad=%zz,service.instance.id=x',
    },
    { 'k8s.pod.name': 'a pod', 'service.instance.id': 'x', bad: undefined },
  ],
  [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=a', OTEL_SERVICE_NAME: 'b' }, { 'service.name': 'b' }],
])('with %j, the resource has %j', async (environment, attributes) => {
  const { resource } = await exported(environment);
  for (const [name, value] of Object.entries(attributes)) expect(resource.attributes[name]).toBe(value);
});

test('without an exporter nothing is collected', async () => {
  const options = { environment: {}, version: '1', instance: 'i-1', log: QUIET };
  const collect = () => Promise.reject(new Error('collected'));
  await (await exportMetrics(options, { collect })).close(10);
});
