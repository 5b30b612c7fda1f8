import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  type BatchSpanProcessorOptions,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

/**
 * The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` select. As the specification says, an unknown
 * or missing value means `parentbased_always_on`, and an invalid ratio means 1.
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

/** Batching of spans by `OTEL_BSP_*`. The SDK has defaults for values that are not numbers. */
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
