import { Durations } from '../../src/sidecar/telemetry/durations.ts';
import { LOOP_DELAY_BOUNDS } from '../../src/sidecar/telemetry/metric-table.ts';
import type { MetricsOptions } from '../../src/sidecar/telemetry/metrics-options.ts';

/** Options of metrics of a process that does nothing; `fields` replaces some of them. */
export function metricsOptions(fields: Partial<MetricsOptions> = {}): MetricsOptions {
  return {
    clock: () => 0,
    issuers: () => [],
    inflight: () => 0,
    maxInflight: 1000,
    limits: () => [],
    sinks: [],
    queues: () => [],
    build: { version: '0', node: '24' },
    process: () => ({
      cpu: 1.5,
      residentMemory: 1024,
      startTime: 1000,
      loop: { active: 1, idle: 3 },
      openFiles: 20,
      maxFiles: 1024,
    }),
    loopDelays: new Durations(LOOP_DELAY_BOUNDS),
    ...fields,
  };
}
