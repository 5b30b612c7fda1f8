import type { LogFile } from './log-file.ts';
import type { Sink } from './sink.ts';

/** Bounds of a file, after which its path is continued in a new one. */
export interface RotationBounds {
  /** Most bytes. */
  readonly maxSize: number;
  /** Milliseconds after which it is old. */
  readonly maxAge: number;
}

/** A file that grows without an end. */
export const UNBOUNDED: RotationBounds = {
  maxSize: Number.POSITIVE_INFINITY,
  maxAge: Number.POSITIVE_INFINITY,
};

/** True if a file that is not empty should be continued in a new one before `more` bytes are written. */
export function isDue(
  { size, createdAt }: Pick<LogFile, 'size' | 'createdAt'>,
  { maxSize, maxAge }: RotationBounds,
  more: number,
  now: number,
): boolean {
  return size > 0 && (size + more > maxSize || now - createdAt >= maxAge);
}

export interface RotatingOptions {
  readonly file: LogFile;
  readonly bounds: RotationBounds;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Called if a file cannot be continued in a new one; its lines go into it as before. */
  readonly onFailure: (error: unknown) => void;
}

/** A file that is continued in a new one when it is large or old. */
export function rotatingSink({ file, bounds, clock, onFailure }: RotatingOptions): Sink {
  return {
    name: file.name,
    async write(lines) {
      const now = clock();
      if (isDue(file, bounds, lines.length, now)) await file.rotate(now).catch(onFailure);
      await file.write(lines);
    },
    reopen: () => file.reopen(),
    close: () => file.close(),
  };
}
