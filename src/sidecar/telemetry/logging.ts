import type { Writable } from 'node:stream';
import { type DestinationStream, pino } from 'pino';
import { printableJson } from '../../diagnostic/printable.ts';
import type { LogLevel } from './log-level.ts';

/** Process log for operators: one JSON object for each line, without secrets and without data of requests. */
export interface Log {
  /** Undefined if the level is higher, so that `log.debug?.(...)` does not even create its fields. */
  readonly debug?: Write | undefined;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

type Write = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Most bytes that wait for a slow reader of standard error; later lines are dropped. */
const MAX_WAITING = 1024 * 1024;

/**
 * Creates a log of entries of at least `level`. An `error` field is written with message, code and stack.
 */
export function createLog(level: LogLevel, stream: DestinationStream = boundedLines(process.stderr)): Log {
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
    debug: level === 'debug' ? (message, fields = {}) => logger.debug(fields, message) : undefined,
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}

/**
 * Lines to a stream, whose reader may hang or be gone. Standard error as a stream and not by its file descriptor: a
 * write to a full pipe holds a thread, and a process does not end before its threads.
 */
export function boundedLines(stream: Writable): DestinationStream {
  stream.on('error', () => {});
  let dropped = 0;
  return {
    write(line) {
      if (stream.writableLength + line.length > MAX_WAITING) {
        dropped += 1;
        return;
      }
      if (dropped > 0) stream.write(droppedLine(dropped));
      dropped = 0;
      stream.write(printableJson(line));
    },
  };
}

function droppedLine(count: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 'warn', time, message: 'lines of this log were dropped, its reader was too slow', count })}\n`;
}
