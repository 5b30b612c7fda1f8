import type { Sink } from './sink.ts';

/** A bounded queue before one sink. */
export interface AuditQueue {
  readonly name: string;
  /** Takes a line (without its end) or drops it; returns at once and never throws. */
  push(line: string): void;
  /** Finishes what is being written, then reopens the sink. A file that cannot be reopened stays the old one. */
  reopen(): Promise<void>;
  /** Resolves when everything is written, or after `timeout` milliseconds with what is left counted as dropped. */
  close(timeout: number): Promise<void>;
}

export interface AuditQueueOptions {
  readonly sink: Sink;
  /** Default 10,000. */
  readonly maxRecords?: number;
  /** UTF-16 units held, default 8 Mi; about as many bytes. */
  readonly maxLength?: number;
  /** Called for lines that are lost, with their number. */
  readonly onDrop: (sink: string, count: number) => void;
  /** Called when writing begins to fail, not again until it worked in between. */
  readonly onFailure: (sink: string, error: Error) => void;
}

/** Lines handed to the sink at once, in UTF-16 units. */
const BATCH_LENGTH = 64 * 1024;

/** Writes lines in batches behind whatever is under way; nobody waits for it. A full queue drops the newest. */
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
    // Lets the answer go out, and more lines gather, before anything is written.
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
