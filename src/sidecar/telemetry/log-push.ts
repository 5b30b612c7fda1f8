import { errorCode } from '../../diagnostic/system-error.ts';
import type { Exporters } from './exporters.ts';
import { type LogSource, logRecord } from './log-record.ts';
import { resourceOf } from './resource.ts';
import type { TelemetryOptions } from './telemetry-options.ts';
import { warnOnce } from './warn-once.ts';

/** A destination of lines: the contract of the sinks of the decision log. */
export interface SendingSink {
  readonly name: string;
  write(lines: Uint8Array): Promise<void>;
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** Time as a parameter. */
export interface LogSinkTimes {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
}

const SYSTEM_TIMES: LogSinkTimes = {
  now: Date.now,
  pause: (milliseconds) =>
    new Promise((resolve) => {
      setTimeout(resolve, milliseconds).unref();
    }),
};

/** Milliseconds until lines are sent again after a failure: at first, and at most. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 5000;

/**
 * Sends lines as log records. While the collector is gone, a write waits and sends the same lines again, so that the queue
 * before it keeps what its bounds allow; lines that the collector refuses are lost at once.
 */
export function sendingSink(
  { times = SYSTEM_TIMES, ...options }: TelemetryOptions & { readonly times?: LogSinkTimes },
  exporter: Exporters['logs'],
): SendingSink {
  const { log, version } = options;
  warnOnce(log);
  const source = { resource: resourceOf(options), instrumentationScope: { name: 'lictor', version } };
  let isOut = false;
  const onOutage = (error: unknown): void => {
    if (!isOut)
      log.error('decision records cannot be sent, trying again', { sink: NAME, cause: causeOf(error) });
    isOut = true;
  };
  const onSuccess = (): void => {
    if (isOut) log.info('decision records can be sent again', { sink: NAME });
    isOut = false;
  };
  return {
    name: NAME,
    async write(lines) {
      const records = recordsOf(lines, source, times.now());
      for (let wait = FIRST_PAUSE; ; wait = Math.min(2 * wait, LONGEST_PAUSE)) {
        const error = await sent(exporter, records);
        if (error === undefined) return onSuccess();
        if (isFinal(error)) throw new Error(`the collector refuses the records (${causeOf(error)})`);
        onOutage(error);
        await times.pause(wait);
      }
    },
    async reopen() {},
    async close() {
      await exporter.shutdown();
    },
  };
}

const NAME = 'otlp';
const DECODER = new TextDecoder();

function recordsOf(lines: Uint8Array, source: LogSource, now: number) {
  const texts = DECODER.decode(lines).split('\n');
  return texts.filter((line) => line !== '').map((line) => logRecord(line, source, now));
}

type Records = ReturnType<typeof recordsOf>;

/** Undefined if the collector has taken the records. */
function sent(exporter: Exporters['logs'], records: Records): Promise<unknown> {
  return new Promise((resolve) => {
    exporter.export(records, ({ code, error }) => {
      // oxlint-disable-next-line typescript/no-unsafe-enum-comparison -- the enum is in a package that only the SDK uses
      resolve(code === 0 ? undefined : (error ?? 'unknown'));
    });
  });
}

/** Codes of gRPC after which the specification of OTLP does not allow to send again. */
const FINAL_GRPC: readonly unknown[] = [2, 3, 5, 6, 7, 9, 12, 13, 16];

/** True if the same records would fail again: the collector says that they, or their sender, are wrong. */
function isFinal(error: unknown): boolean {
  const code = codeOf(error);
  if (typeof code !== 'number') return false;
  if (code < 100) return FINAL_GRPC.includes(code);
  return code >= 400 && code < 500 && code !== 408 && code !== 429;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** Its code or type alone: a message of the SDK can contain headers. */
function causeOf(error: unknown): string {
  const code = codeOf(error);
  if (typeof code === 'number') return String(code);
  return errorCode(error) || (error instanceof Error ? error.name : 'unknown');
}
