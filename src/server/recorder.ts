import { type AuditQueue, createAuditQueue } from '../audit/queue.ts';
import { createRecentDecisions, type RecentDecisions } from '../audit/recent.ts';
import { toRecord } from '../audit/record.ts';
import type { Sink } from '../audit/sink.ts';
import type { OnDecision } from '../envoy/afterwards.ts';
import type { Log } from '../telemetry/logging.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Traces } from '../telemetry/traces.ts';

export interface Recorder {
  readonly record: OnDecision;
  readonly recent: RecentDecisions;
  /** Opens audit files anew, for whoever rotates them. */
  reopen(): void;
  /** Writes out what is left, for at most `timeout` milliseconds. */
  close(timeout: number): Promise<void>;
}

export interface RecorderOptions {
  readonly sinks: readonly Sink[];
  readonly traces: Traces;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Where a decision goes when its answer is on its way: counted, traced, recorded. */
export function createRecorder({ sinks, traces, metrics, log }: RecorderOptions): Recorder {
  const recent = createRecentDecisions();
  const queues: readonly AuditQueue[] = sinks.map((sink) =>
    createAuditQueue({
      sink,
      onDrop: (name, count) => metrics.auditDropped(name, count),
      onFailure: (name, error) => log.error('decision records cannot be written', { sink: name, error }),
    }),
  );
  return {
    record(decision, { traceparent }) {
      metrics.decided(decision);
      const { fault } = decision;
      if (fault !== undefined) {
        const { id, reason, policy, rule } = decision;
        log.error('a decision failed', { decision_id: id, reason, policy, rule, error: fault });
      }
      const record = toRecord(decision, traces.trace(decision, traceparent));
      recent.add(record);
      if (queues.length === 0) return;
      const line = JSON.stringify(record);
      for (const queue of queues) queue.push(line);
    },
    recent,
    reopen() {
      for (const queue of queues) void queue.reopen();
    },
    async close(timeout) {
      await Promise.all(queues.map((queue) => queue.close(timeout)));
    },
  };
}
