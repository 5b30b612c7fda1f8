import { LineBatch } from './line-batch.ts';
import { type Sink, WriteFailure } from './sink.ts';

/** Bounded queue in front of one sink. */
export interface AuditQueue {
  readonly name: string;
  /** Queues or drops a copy of a line, given with its end; returns at once and never throws. */
  push(line: Uint8Array): void;
  /** Part that is taken, by records or bytes, 0 to 1. */
  taken(): number;
  /** Reopens the sink, one time after the other. A file that cannot be reopened stays open as it is. */
  reopen(): Promise<void>;
  /** Resolves when everything is written, or after `timeout` milliseconds, when the rest counts as dropped. */
  close(timeout: number): Promise<void>;
}

export interface AuditQueueOptions {
  readonly sink: Sink;
  /** Default 10,000. */
  readonly maxRecords?: number;
  /** Most bytes in the queue, default 8 Mi. */
  readonly maxBytes?: number;
  /** Called with the number of lines that are lost. */
  readonly onDrop: (sink: string, count: number) => void;
  /** Called for the first of a series of failures to write or of full queues, and if records are left at the end. */
  readonly onFailure: (sink: string, error: Error) => void;
}

const BATCH_BYTES = 256 * 1024;

/** Milliseconds to the next write if lines came during the last one, unless they fill a batch. */
const INTERVAL = 10;

/** Writes lines in batches, in the background. A full queue drops the newest line. */
export function createAuditQueue(options: AuditQueueOptions): AuditQueue {
  const { sink, maxRecords = 10_000, maxBytes = 8 * 1024 * 1024, onDrop, onFailure } = options;
  /** Oldest first; the last one is not full. */
  const waiting: LineBatch[] = [];
  let spare: LineBatch | undefined;
  let heldRecords = 0;
  let heldBytes = 0;
  /** Records of the write that is under way. */
  let writing = 0;
  let pumping: Promise<void> | undefined;
  let reopening = Promise.resolve();
  let failing = false;
  /** True from the first record that found the queue full until it is empty. */
  let overflowing = false;
  let closed = false;

  function push(line: Uint8Array): void {
    if (closed || heldRecords >= maxRecords || heldBytes + line.length > maxBytes) {
      drop(1);
      overflow();
      return;
    }
    heldRecords += 1;
    heldBytes += line.length;
    if (waiting.at(-1)?.append(line) !== true) anotherBatch(line.length).append(line);
    pumping ??= pump();
  }

  function anotherBatch(room: number): LineBatch {
    const batch =
      room <= BATCH_BYTES && spare !== undefined ? spare : new LineBatch(Math.max(BATCH_BYTES, room));
    if (batch === spare) spare = undefined;
    waiting.push(batch);
    return batch;
  }

  async function pump(): Promise<void> {
    // The answer is sent first, and more lines gather for the batch.
    await new Promise((resolve) => setImmediate(resolve));
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      heldRecords -= batch.count;
      heldBytes -= batch.length;
      writing = batch.count;
      try {
        await sink.write(batch.bytes);
        failing = false;
      } catch (error) {
        drop(batch.count - (error instanceof WriteFailure ? error.lines : 0));
        if (!failing) fail(error);
        failing = true;
      }
      writing = 0;
      batch.clear();
      if (batch.capacity === BATCH_BYTES) spare = batch;
      // Under load, one write takes the lines of many checks: a write costs as much as a check.
      if (waiting.length === 1 && !closed) await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
    pumping = undefined;
    overflowing = false;
  }

  async function reopenSink(): Promise<void> {
    try {
      await sink.reopen();
    } catch (error) {
      fail(error);
    }
  }

  function overflow(): void {
    if (!overflowing && !closed)
      fail(new Error('records arrive faster than they are taken; the newest are dropped'));
    overflowing = true;
  }

  function drop(count: number): void {
    if (count === 0) return;
    onDrop(sink.name, count);
    sink.omit?.('dropped', count);
  }

  function fail(error: unknown): void {
    onFailure(sink.name, error instanceof Error ? error : new Error(String(error)));
  }

  return {
    name: sink.name,
    push,
    taken: () => Math.max(heldRecords / maxRecords, heldBytes / maxBytes),
    reopen() {
      reopening = reopening.then(reopenSink);
      return reopening;
    },
    async close(timeout) {
      closed = true;
      const finished = await withinTime(
        (async () => {
          await pumping;
          await reopening;
          await sink.close();
        })(),
        timeout,
      );
      const lost = heldRecords + writing;
      if (finished || lost === 0) return;
      drop(lost);
      fail(new Error(`${lost} records were not taken in time before the end`));
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
