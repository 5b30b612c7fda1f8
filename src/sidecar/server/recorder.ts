import { type Decision, isAllow } from '../../engine/decision/decide.ts';
import type { Overwritten } from '../../engine/decision/outcome.ts';
import type { OnDecision } from '../../engine/envoy/deferred-work.ts';
import type { Revision } from '../../engine/set/revision.ts';
import { KeptRecord } from '../audit/kept-record.ts';
import { type AuditQueue, createAuditQueue } from '../audit/queue.ts';
import { createRecentDecisions, type RecentDecisions } from '../audit/recent.ts';
import { recordBytes } from '../audit/record-bytes.ts';
import { endOfRecord, RECORD_ALL, type RecordWishes } from '../audit/record-parts.ts';
import type { Sink } from '../audit/sink.ts';
import type { Traces } from '../telemetry/decision-tracer.ts';
import type { Log } from '../telemetry/logging.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createFaultLog } from './fault-log.ts';

export interface Recorder {
  readonly record: OnDecision;
  readonly recent: RecentDecisions;
  /** Part of each queue that is taken, 0 to 1. */
  queues(): readonly { readonly name: string; readonly taken: number }[];
  /** Notes in the logs which policy set decides from now on. */
  live(revision: Revision): void;
  /** Reopens audit files after a log rotation. */
  reopen(): void;
  /** Writes the records that are left, for at most `timeout` milliseconds. */
  close(timeout: number): Promise<void>;
}

export interface RecorderOptions {
  readonly sinks: readonly Sink[];
  readonly traces: Traces;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Milliseconds, from any origin. */
  readonly clock: () => number;
  /** Default: every decision is recorded, without inputs. */
  readonly wishes?: RecordWishes;
}

/** Most different warnings about conflicting policies; each is logged once. */
const MAX_WARNINGS = 100;

/** Counts, traces and records each decision after its answer was sent. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { sinks, traces, metrics, log, clock, wishes = RECORD_ALL } = options;
  const recent = createRecentDecisions();
  const queues: readonly AuditQueue[] = sinks.map((sink) =>
    createAuditQueue({
      sink,
      onDrop: (name, count) => metrics.auditDropped(name, count),
      onFailure: (name, error) => log.error('decision records cannot be written', { sink: name, error }),
    }),
  );
  const logFault = createFaultLog(log, clock);
  const warned = new Set<string>();
  /** Two policies conflict in the same way for every request that both match. */
  const warnOnce = ({ what, name, earlier, later }: Overwritten): void => {
    const key = `${what} ${name} ${earlier} ${later}`;
    if (warned.has(key) || warned.size >= MAX_WARNINGS) return;
    warned.add(key);
    log.warn(`two policies set the ${what} ${name} differently, the later one takes precedence`, {
      earlier,
      later,
    });
  };
  return {
    record(decision, traceparent) {
      const caller = traceparent ?? decision.request.traceparent;
      metrics.decided(decision, caller);
      const isAllowed = isAllow(decision.outcome);
      if (isAllowed) for (const each of decision.outcome.changes.overwritten) warnOnce(each);
      log.debug?.('decision', decisionLine(decision));
      logFault(decision);
      const completed = decision.time + decision.duration / 1000;
      const isKept = recent.wants(isAllowed, completed);
      if (!isKept && queues.length === 0 && !traces.areSent) return;
      const place = traces.areSent ? traces.trace(decision, caller) : caller;
      const end = endOfRecord(decision, wishes);
      if (isKept) {
        const record = new KeptRecord(decision, place, end);
        recent.add(record, completed, record.length);
      }
      if (end === undefined) {
        metrics.sampledOut(isAllowed ? 'allow' : 'deny');
        for (const sink of sinks) sink.omit?.('sampled', 1);
      }
      if (end === undefined || queues.length === 0) return;
      const bytes = recordBytes(decision, place, end);
      for (const queue of queues) queue.push(bytes);
    },
    recent,
    queues: () => queues.map(({ name, taken }) => ({ name, taken: taken() })),
    live({ commit, digest, dirty, source }) {
      for (const sink of sinks) sink.note?.('policies', { revision: { commit, digest, dirty, source } });
    },
    reopen() {
      for (const queue of queues) void queue.reopen();
    },
    async close(timeout) {
      await Promise.all(queues.map((queue) => queue.close(timeout)));
    },
  };
}

/** Nothing of the request: its record, which has the same id, says more. */
function decisionLine(decision: Decision): Readonly<Record<string, unknown>> {
  const { id, reason, policy, rule, revisionText, duration } = decision;
  return { decision_id: id, reason, policy, rule, revision: revisionText, duration_us: duration };
}
