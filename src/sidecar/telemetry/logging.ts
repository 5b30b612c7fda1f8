import { type DestinationStream, destination, pino } from 'pino';
import type { LogLevel } from './log-level.ts';

/** Process log for operators: one JSON object for each line, without secrets and without data of requests. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Most UTF-16 units that wait for a slow reader of standard error; later ones are dropped. */
const MAX_WAITING = 1024 * 1024;

/**
 * Creates a log of entries of at least `level`. An `error` field is written with message, code and stack.
 */
export function createLog(level: LogLevel, stream: DestinationStream = standardError()): Log {
  const logger = pino(
    {
      level: level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    stream,
  );
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}

/** Asynchronous, so that a blocked reader does not block decisions. */
function standardError(): DestinationStream {
  const stream = destination({ dest: 2, sync: false, maxLength: MAX_WAITING });
  stream.on('error', () => {});
  return stream;
}
