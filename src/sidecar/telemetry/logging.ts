import type { Writable } from 'node:stream';
import { printableJson } from '../../diagnostic/printable.ts';
import { errorCode } from '../../diagnostic/system-error.ts';
import { LOG_LEVELS, type LogLevel } from './log-level.ts';

/** Process log for operators: one JSON object for each line, without secrets and without data of requests. */
export interface Log {
  /** Undefined if the level is higher, so that `log.debug?.(...)` does not even create its fields. */
  readonly debug?: Write | undefined;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

/** A log whose level can be changed while it is used. */
export interface AdjustableLog extends Log {
  /** Lowers the level to `debug`, or sets it back to that of the start, `info` if that is `debug`. Returns the new one. */
  toggleDebug(): LogLevel;
}

type Write = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Most bytes that wait for a slow reader of standard error; later lines are dropped. */
const MAX_WAITING = 1024 * 1024;

/** Receiver of lines, each with its line end. */
interface Lines {
  write(line: string): void;
}

/** Most errors that are written as causes of one. */
const MAX_CAUSES = 5;

/**
 * Creates a log of entries of at least `level`. An `error` field is written with type, message, code and stack, those
 * of its causes included.
 */
export function createLog(level: LogLevel, lines: Lines = boundedLines(process.stderr)): AdjustableLog {
  let current = level;
  const writer =
    (label: Exclude<LogLevel, 'silent'>): Write =>
    (message, fields) => {
      if (LOG_LEVELS.indexOf(label) < LOG_LEVELS.indexOf(current)) return;
      lines.write(`${JSON.stringify(entry(label, message, fields))}\n`);
    };
  const debug = writer('debug');
  return {
    get debug() {
      return current === 'debug' ? debug : undefined;
    },
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    toggleDebug() {
      current = current !== 'debug' ? 'debug' : level === 'debug' ? 'info' : level;
      return current;
    },
  };
}

function entry(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): object {
  const time = new Date().toISOString();
  const { error, ...rest } = fields;
  return {
    level,
    time,
    ...rest,
    ...('error' in fields && { error: error instanceof Error ? described(error) : error }),
    message,
  };
}

function described(error: Error): object {
  const chain: Error[] = [];
  for (let next: unknown = error; next instanceof Error && chain.length <= MAX_CAUSES; next = next.cause) {
    chain.push(next);
  }
  const code = chain.map(errorCode).find((each) => each !== '');
  return {
    type: error.name,
    message: chain.map((each) => each.message).join(': '),
    ...(code !== undefined && { code }),
    stack: chain.map((each) => each.stack ?? '').join('\ncaused by: '),
  };
}

/**
 * Lines to a stream, whose reader may hang or be gone. Standard error as a stream and not by its file descriptor: a
 * write to a full pipe holds a thread, and a process does not end before its threads.
 */
export function boundedLines(stream: Writable): Lines {
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
