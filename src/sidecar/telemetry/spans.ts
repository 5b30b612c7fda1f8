import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Decision } from '../../engine/decision/decide.ts';
import { shadowName } from '../../engine/decision/outcome.ts';
import { parseTraceparent, type SpanReference, type TraceParent } from '../../engine/request/traceparent.ts';
import { closeInTime } from './close-in-time.ts';
import type { Traces, TracesOptions } from './decision-tracer.ts';
import { hrTime } from './hr-time.ts';
import { resourceOf } from './resource.ts';
import { batchingOf, samplerOf } from './sampling.ts';
import { spanReference } from './span-reference.ts';
import { warnOnce } from './warn-once.ts';

const SERVICE = 'envoy.service.auth.v3.Authorization';

/** Creates a span for each decision, which the SDK sends. */
export function exportingTraces(options: TracesOptions, exporter: SpanExporter): Traces {
  const warn = warnOnce(options.log);
  const provider = new TracerProvider({
    resource: resourceOf(options),
    sampler: samplerOf(options.environment),
    spanProcessors: [new BatchSpanProcessor({ ...batchingOf(options.environment), exporter })],
  });
  const tracer = provider.getTracer('lictor', options.version);
  return {
    areSent: true,
    trace: (decision, traceparent) => makeSpan(tracer, decision, parseTraceparent(traceparent)),
    close: (timeout) => closeInTime(provider.shutdown(), timeout, warn),
  };
}

/** Name and attributes follow the conventions of OpenTelemetry for RPC servers. A denial is not an error of the span. */
function makeSpan(tracer: Tracer, decision: Decision, parent: TraceParent | undefined): SpanReference {
  const span = tracer.startSpan(
    `${SERVICE}/Check`,
    { kind: SpanKind.SERVER, startTime: hrTime(decision.time), attributes: attributesOf(decision) },
    contextOf(parent),
  );
  if (!span.isRecording()) return spanReference(parent);
  if (decision.fault !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: decision.reason });
  span.end(hrTime(decision.time + decision.duration / 1000));
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
}

/** Limits that were decided without their shared store, such as `orders/each=share`. */
function withoutStore({ limits }: Decision): string[] {
  const without = limits.filter((limit) => limit.withoutStore !== undefined);
  return without.map((limit) => `${limit.policy}/${limit.name}=${limit.withoutStore}`);
}

function attributesOf(decision: Decision) {
  const shadow = decision.shadow.map((verdict) => `${shadowName(verdict)}=${verdict.decision}`);
  const limits = withoutStore(decision);
  return {
    'rpc.system': 'grpc',
    'rpc.service': SERVICE,
    'rpc.method': 'Check',
    'rpc.grpc.status_code': 0,
    'vcs.ref.head.revision': decision.revision?.commit ?? '',
    'lictor.revision': decision.revisionText,
    'lictor.decision': decision.reason === 'allowed' ? 'allow' : 'deny',
    'lictor.reason': decision.reason,
    'lictor.policy': decision.policy,
    'lictor.rule': decision.rule,
    'lictor.decision_id': decision.id,
    ...(shadow.length > 0 && { 'lictor.shadow': shadow }),
    ...(limits.length > 0 && { 'lictor.limits_without_store': limits }),
  };
}

function contextOf(parent: TraceParent | undefined) {
  if (parent === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: parent.traceId,
    spanId: parent.spanId,
    traceFlags: parent.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  });
}
