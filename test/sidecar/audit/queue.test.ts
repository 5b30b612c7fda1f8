import { createAuditQueue } from '../../../src/sidecar/audit/queue.ts';
import type { Sink } from '../../../src/sidecar/audit/sink.ts';

/** A sink whose writes the test ends. */
function heldSink() {
  const chunks: string[] = [];
  const pending: PromiseWithResolvers<void>[] = [];
  let arrived = Promise.withResolvers<void>();
  let closed = false;
  const sink: Sink = {
    name: 'held',
    async write(lines) {
      chunks.push(Buffer.from(lines).toString());
      const write = Promise.withResolvers<void>();
      pending.push(write);
      arrived.resolve();
      await write.promise;
    },
    async reopen() {
      throw new Error('no such folder');
    },
    async close() {
      closed = true;
    },
  };
  return {
    sink,
    chunks,
    isClosed: () => closed,
    /** The next write. */
    async next() {
      await arrived.promise;
      arrived = Promise.withResolvers<void>();
      const write = pending.shift();
      if (write === undefined) throw new Error('no write is under way');
      return write;
    },
  };
}

function queueBefore(sink: Sink, bounds: { readonly maxRecords?: number; readonly maxBytes?: number } = {}) {
  const drops: number[] = [];
  const failures: string[] = [];
  const queue = createAuditQueue({
    sink,
    ...bounds,
    onDrop: (_name, count) => drops.push(count),
    onFailure: (name, error) => failures.push(`${name}: ${error.message}`),
  });
  const push = (line: string): void => queue.push(Buffer.from(`${line}\n`));
  return { queue: { ...queue, push }, drops, failures };
}

test('lines of one turn are written at once, in order, and closing waits for them', async () => {
  const held = heldSink();
  const { queue, drops } = queueBefore(held.sink);
  for (const line of ['a', 'b', 'c']) queue.push(line);
  expect(held.chunks).toEqual([]);
  const write = await held.next();
  queue.push('d');
  write.resolve();
  const closed = queue.close(10_000);
  (await held.next()).resolve();
  await closed;
  expect(held.chunks).toEqual(['a\nb\nc\n', 'd\n']);
  expect(drops).toEqual([]);
  expect(held.isClosed()).toBe(true);
});

test('the newest lines for a slow sink are dropped, by number and by bytes', async () => {
  const held = heldSink();
  const { queue, drops } = queueBefore(held.sink, { maxRecords: 3, maxBytes: 12 });
  queue.push('first');
  const write = await held.next();
  for (const line of ['1', '2', '3', '4', '5']) queue.push(line);
  expect(drops).toEqual([1, 1]);
  write.resolve();
  const second = await held.next();
  queue.push('12345');
  queue.push('123456');
  expect(drops).toEqual([1, 1, 1]);
  second.resolve();
  (await held.next()).resolve();
  await queue.close(10_000);
  expect(held.chunks).toEqual(['first\n', '1\n2\n3\n', '12345\n']);
});

test('a batch is bounded, and a long queue is written whole', async () => {
  const chunks: string[] = [];
  const sink: Sink = {
    name: 'fast',
    write: async (lines) => {
      chunks.push(Buffer.from(lines).toString());
    },
    async reopen() {},
    async close() {},
  };
  const { queue, drops } = queueBefore(sink);
  const lines = Array.from({ length: 5000 }, (_, i) => `${i} ${'x'.repeat(100)}`);
  for (const line of lines) queue.push(line);
  await queue.close(10_000);
  expect(chunks.join('')).toBe(`${lines.join('\n')}\n`);
  expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(262_144);
  expect(drops).toEqual([]);
});

test('a failing sink loses its batch, is reported once, and again after a success', async () => {
  const held = heldSink();
  const { queue, drops, failures } = queueBefore(held.sink);
  for (const [line, works] of [
    ['a', false],
    ['b', false],
    ['c', true],
    ['d', false],
  ] as const) {
    queue.push(line);
    const write = await held.next();
    if (works) write.resolve();
    else write.reject(new Error(`disk full at ${line}`));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(drops).toEqual([1, 1, 1]);
  expect(failures).toEqual(['held: disk full at a', 'held: disk full at d']);
});

test('closing has a time limit, and counts the lines that are left', async () => {
  const held = heldSink();
  const { queue, drops, failures } = queueBefore(held.sink);
  queue.push('stuck');
  await held.next();
  queue.push('never');
  queue.push('ever');
  await queue.close(5);
  expect(drops).toEqual([3]);
  expect(failures).toEqual(['held: 3 records were not taken in time before the end']);
  queue.push('too late');
  expect(drops).toEqual([3, 1]);
});

test('a sink that cannot be reopened is reported', async () => {
  const { queue, failures } = queueBefore(heldSink().sink);
  await queue.reopen();
  expect(failures).toEqual(['held: no such folder']);
});

test('a sink is reopened one time after the other, and closed afterwards', async () => {
  const steps: string[] = [];
  const { queue } = queueBefore({
    name: 'slow',
    async write() {},
    async reopen() {
      steps.push('reopen');
      await new Promise((resolve) => setImmediate(resolve));
      steps.push('reopened');
    },
    async close() {
      steps.push('close');
    },
  });
  void queue.reopen();
  void queue.reopen();
  await queue.close(10_000);
  expect(steps).toEqual(['reopen', 'reopened', 'reopen', 'reopened', 'close']);
});

test('lines of any length are written whole', async () => {
  const held = heldSink();
  const { queue, drops } = queueBefore(held.sink);
  const lines = ['x'.repeat(262_143), 'y'.repeat(800_000), 'short', 'z'.repeat(262_137), 'é€😀'];
  for (const line of lines) queue.push(line);
  const closed = queue.close(10_000);
  for (const _ of [1, 2, 3, 4]) (await held.next()).resolve();
  await closed;
  expect(held.chunks.join('')).toBe(`${lines.join('\n')}\n`);
  expect(drops).toEqual([]);
});

test('memory of a batch is used again only after its write', async () => {
  const held = heldSink();
  const written: Uint8Array[] = [];
  const { queue } = queueBefore({
    ...held.sink,
    async write(lines) {
      written.push(lines);
      await held.sink.write(lines);
      expect(Buffer.from(lines).toString()).toBe(held.chunks[written.length - 1]);
    },
  });
  queue.push('first');
  const first = await held.next();
  queue.push('second');
  first.resolve();
  const second = await held.next();
  queue.push('third');
  second.resolve();
  (await held.next()).resolve();
  await queue.close(10_000);
  expect(held.chunks).toEqual(['first\n', 'second\n', 'third\n']);
  expect(written[2]?.buffer).toBe(written[0]?.buffer);
  expect(written[1]?.buffer).not.toBe(written[0]?.buffer);
});

test('a queue that overflows is reported once, and again after it was empty', async () => {
  const held = heldSink();
  const { queue, drops, failures } = queueBefore(held.sink, { maxRecords: 1 });
  for (const _ of [1, 2]) {
    queue.push('first');
    const write = await held.next();
    for (const line of ['a', 'b', 'c']) queue.push(line);
    write.resolve();
    (await held.next()).resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(drops).toEqual([1, 1, 1, 1]);
  const message = 'held: records arrive faster than they are taken; the newest are dropped';
  expect(failures).toEqual([message, message]);
  await queue.close(10_000);
});
