import { type LogFile, type LogFileOptions, logFile, openForAppending } from './log-file.ts';
import { pipeSink } from './pipe-sink.ts';
import type { Sink } from './sink.ts';

export type FileSink =
  | { readonly sink: Sink; readonly file: LogFile }
  /** A named pipe. */
  | { readonly sink: Sink; readonly file?: undefined };

/**
 * A file that lines are appended to, created if it does not exist, readable by its owner and group only; or a named
 * pipe. Rejects with the error of the operating system if it cannot be opened, such as ENXIO for a pipe without a
 * reader.
 */
export async function fileSink(path: string, options: LogFileOptions = {}): Promise<FileSink> {
  const opened = await openForAppending(path);
  if ((await opened.stat()).isFIFO()) {
    const sink = pipeSink(path);
    // Afterwards: the reader of a pipe reads its end when no writer has it open.
    await opened.close();
    return { sink };
  }
  const file = await logFile(path, opened, options);
  return { sink: file, file };
}
