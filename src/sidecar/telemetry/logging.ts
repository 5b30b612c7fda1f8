import { type DestinationStream, destination, pino } from 'pino';
import type { LogLevel } from './log-level.ts';

/** The process log, for operators; one JSON object a line. Never a secret, never a request's data. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** UTF-16 units that wait for a slow reader of standard error; what comes on top is dropped. */
const MAX_WAITING = 1024 * 1024;

/**
 * Writes to standard error unless told otherwise, from `level` on. An `error` field shows message, code and stack.
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

/** Asynchronous, so that a reader that stands still does not make decisions stand still. */
function standardError(): DestinationStream {
  const stream = destination({ dest: 2, sync: false, maxLength: MAX_WAITING });
  stream.on('error', () => {});
  return stream;
}
