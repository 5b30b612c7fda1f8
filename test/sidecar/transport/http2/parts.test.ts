import { Allowance } from '../../../../src/sidecar/transport/http2/allowance.ts';
import { ClosedStreams } from '../../../../src/sidecar/transport/http2/closed-streams.ts';
import { HeldMemory, type Holder } from '../../../../src/sidecar/transport/http2/held-memory.ts';
import { OpenedStreams } from '../../../../src/sidecar/transport/http2/opened-streams.ts';
import { PartialFrame } from '../../../../src/sidecar/transport/http2/partial-frame.ts';
import { Turns } from '../../../../src/sidecar/transport/http2/turns.ts';
import { data } from '../../../support/http2-frames.ts';

describe('an allowance', () => {
  const left = (allowance: Allowance): number => {
    let count = 0;
    while (allowance.take()) count += 1;
    return count;
  };

  test('is used up, and regained by time and by work, up to its maximum', () => {
    const allowance = new Allowance(10, 4);
    expect(left(allowance)).toBe(10);
    allowance.pass(500);
    // One was taken in vain.
    expect(left(allowance)).toBe(1);
    allowance.earn(4);
    expect(left(allowance)).toBe(3);
    allowance.pass(60_000);
    expect(left(allowance)).toBe(10);
  });
});

describe('held memory', () => {
  /** A connection with requests of these sizes. */
  function holder(memory: HeldMemory, sizes: number[]): Holder & { readonly sizes: number[] } {
    memory.change(sizes.reduce((sum, size) => sum + size, 0));
    const made = {
      sizes,
      get held() {
        return sizes.reduce((sum, size) => sum + size, 0);
      },
      refuseLargest() {
        const [largest] = sizes.sort((a, b) => b - a).splice(0, 1);
        memory.change(-(largest ?? 0));
        return largest !== undefined;
      },
    };
    memory.add(made);
    return made;
  }

  test('takes from the connection that holds most, until the bound is kept', () => {
    const memory = new HeldMemory(100);
    const [small, large] = [holder(memory, [10, 20]), holder(memory, [50, 60])];
    memory.makeRoom();
    expect([small.sizes, large.sizes, memory.isOver]).toEqual([[10, 20], [50], false]);
  });

  test('ends if nothing can be refused', () => {
    const memory = new HeldMemory(100);
    memory.change(200);
    holder(memory, [10]);
    memory.makeRoom();
    expect(memory.isOver).toBe(true);
  });
});

test('streams that this side has ended are remembered, the oldest of many not', () => {
  const closed = new ClosedStreams();
  for (let id = 1; id <= 2 * 256 + 1; id += 2) closed.add(id);
  expect([closed.has(1), closed.has(3), closed.has(513)]).toEqual([false, true, true]);
});

test('skipped streams are neither unused nor used', () => {
  const opened = new OpenedStreams();
  opened.open(1);
  opened.open(9);
  expect([1, 3, 7, 9].map((id) => opened.wasSkipped(id))).toEqual([false, true, true, false]);
  expect([2, 7, 9, 11].map((id) => opened.isUnused(id))).toEqual([true, false, false, true]);
});

test.each([1, 5, 8, 9, 10, 100])('a frame in pieces of %i bytes is put together', (size) => {
  const frame = data(1, 'x'.repeat(300));
  const partial = new PartialFrame();
  const more = Buffer.from('next');
  let at = 0;
  for (; at + size < frame.length; at += size) {
    expect(partial.take(frame.subarray(at, at + size), 0)).toBe(size);
    expect(partial.complete()).toBeUndefined();
  }
  const last = Buffer.concat([frame.subarray(at), more]);
  expect(partial.take(last, 0)).toBe(last.length - more.length);
  expect(partial.complete()).toEqual(frame);
  expect(partial.isEmpty).toBe(true);
});

test('of a frame that is too long only the head is kept', () => {
  const partial = new PartialFrame();
  const frame = data(1, Buffer.alloc(100_000));
  expect(partial.take(frame.subarray(0, 5), 0)).toBe(5);
  expect(partial.take(frame, 5)).toBe(4);
  expect(partial.complete()).toHaveLength(9);
});

describe('turns', () => {
  const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('a turn is over after its time, and in another round it begins again', async () => {
    const turns = new Turns({ turn: 0, allTurns: 1000 });
    const turn = { round: -1, began: 0 };
    expect(turns.isOver(turn)).toBe(false);
    while (!turns.isOver(turn));
    await immediate();
    await immediate();
    expect(turns.isOver(turn)).toBe(false);
  });

  test('those that wait work in the order in which they came, in a later round', async () => {
    const turns = new Turns({ turn: 1000, allTurns: 1000 });
    const order: string[] = [];
    for (const name of ['a', 'b', 'c']) turns.wait({ work: () => void order.push(name) });
    expect(order).toEqual([]);
    await immediate();
    expect(order).toEqual(['a', 'b', 'c']);
  });

  test('those for which the time of a round was too short come first in the next', async () => {
    const turns = new Turns({ turn: 0, allTurns: 0 });
    const order: string[] = [];
    const work = (name: string) => ({ work: () => void order.push(name) });
    turns.wait(work('a'));
    turns.wait(work('b'));
    while (order.length === 0) await immediate();
    turns.wait(work('c'));
    while (order.length < 3) await immediate();
    expect(order).toEqual(['a', 'b', 'c']);
  });
});
