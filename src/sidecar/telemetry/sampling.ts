import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  type BatchSpanProcessorOptions,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

/**
 * What `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` ask for; the specification's default, and that for a
 * value it does not know, is `parentbased_always_on`. A ratio that is none counts as 1.
 */
export function samplerOf(environment: NodeJS.ProcessEnv): Sampler {
  const ratio = new TraceIdRatioBasedSampler(ratioOf(environment['OTEL_TRACES_SAMPLER_ARG']));
  switch (environment['OTEL_TRACES_SAMPLER']) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return ratio;
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: ratio });
    default:
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
  }
}

function ratioOf(text: string | undefined): number {
  const ratio = Number.parseFloat(text ?? '');
  return ratio >= 0 && ratio <= 1 ? ratio : 1;
}

/** The specification's `OTEL_BSP_*`: how spans gather before they are sent. What is no number is left to the SDK. */
export function batchingOf(environment: NodeJS.ProcessEnv): Omit<BatchSpanProcessorOptions, 'exporter'> {
  const options: Record<string, number> = {};
  for (const [variable, option] of BATCHING) {
    const number = Number(environment[variable] ?? '');
    if (Number.isSafeInteger(number) && number > 0) options[option] = number;
  }
  return options;
}

const BATCHING = [
  ['OTEL_BSP_SCHEDULE_DELAY', 'scheduledDelayMillis'],
  ['OTEL_BSP_EXPORT_TIMEOUT', 'exportTimeoutMillis'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', 'maxQueueSize'],
  ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 'maxExportBatchSize'],
] as const satisfies readonly (readonly [string, keyof BatchSpanProcessorOptions])[];
