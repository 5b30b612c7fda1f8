import type { Sink } from './sink.ts';

/** Bounded queue in front of one sink. */
export interface AuditQueue {
  readonly name: string;
  /** Queues or drops a line without its line end; returns at once and never throws. */
  push(line: string): void;
  /** Reopens the sink. A file that cannot be reopened stays open as it is. */
  reopen(): Promise<void>;
  /** Resolves when everything is written, or after `timeout` milliseconds, when the rest counts as dropped. */
  close(timeout: number): Promise<void>;
}

export interface AuditQueueOptions {
  readonly sink: Sink;
  /** Default 10,000. */
  readonly maxRecords?: number;
  /** Most UTF-16 units in the queue, default 8 Mi; about as many bytes. */
  readonly maxLength?: number;
  /** Called with the number of lines that are lost. */
  readonly onDrop: (sink: string, count: number) => void;
  /** Called for the first of a series of failures to write. */
  readonly onFailure: (sink: string, error: Error) => void;
}

/** Size of a batch for the sink, in UTF-16 units. */
const BATCH_LENGTH = 64 * 1024;

/** Writes lines in batches, in the background. A full queue drops the newest line. */
export function createAuditQueue(options: AuditQueueOptions): AuditQueue {
  const { sink, maxRecords = 10_000, maxLength = 8 * 1024 * 1024, onDrop, onFailure } = options;
  let waiting: string[] = [];
  let waitingLength = 0;
  let next = 0;
  let pumping: Promise<void> | undefined;
  let failing = false;
  let closed = false;

  const held = () => waiting.length - next;

  function push(line: string): void {
    if (closed || held() >= maxRecords || waitingLength + line.length > maxLength) {
      onDrop(sink.name, 1);
      return;
    }
    waiting.push(line);
    waitingLength += line.length;
    pumping ??= pump();
  }

  async function pump(): Promise<void> {
    // The answer is sent first, and more lines gather for the batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (held() > 0) {
      const { chunk, count } = takeBatch();
      try {
        await sink.write(chunk);
        failing = false;
      } catch (error) {
        onDrop(sink.name, count);
        if (!failing) onFailure(sink.name, error instanceof Error ? error : new Error(String(error)));
        failing = true;
      }
    }
    pumping = undefined;
  }

  function takeBatch(): { readonly chunk: string; readonly count: number } {
    const from = next;
    let chunk = '';
    for (let line = waiting[next]; line !== undefined && chunk.length < BATCH_LENGTH; line = waiting[next]) {
      chunk += `${line}\n`;
      waitingLength -= line.length;
      next++;
    }
    const count = next - from;
    if (next * 2 > waiting.length) {
      waiting = waiting.slice(next);
      next = 0;
    }
    return { chunk, count };
  }

  return {
    name: sink.name,
    push,
    async reopen() {
      try {
        await sink.reopen();
      } catch (error) {
        onFailure(sink.name, error instanceof Error ? error : new Error(String(error)));
      }
    },
    async close(timeout) {
      closed = true;
      const finished = await withinTime(
        (async () => {
          await pumping;
          await sink.close();
        })(),
        timeout,
      );
      if (!finished && held() > 0) onDrop(sink.name, held());
    },
  };
}

async function withinTime(work: Promise<void>, timeout: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, timeout, false);
  try {
    return await Promise.race([
      work.then(
        () => true,
        () => true,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
