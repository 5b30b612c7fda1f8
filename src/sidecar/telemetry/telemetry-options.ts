import type { Log } from './logging.ts';

/** What all signals need. */
export interface TelemetryOptions {
  /** Source of `OTEL_*`; the exporters read those of the process too. */
  readonly environment: NodeJS.ProcessEnv;
  readonly version: string;
  /** Name of this process among all that ever ran, such as a UUID. */
  readonly instance: string;
  readonly log: Log;
}
