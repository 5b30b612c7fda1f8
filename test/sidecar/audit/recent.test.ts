import { createRecentDecisions } from '../../../src/sidecar/audit/recent.ts';

const record = (id: string, line = `{"decision_id":"${id}"}`) => ({ id, line });
const ids = (records: readonly { readonly id: string }[]) => records.map(({ id }) => id);

test('the newest records are kept, in order', () => {
  const recent = createRecentDecisions({ maxRecords: 3 });
  expect(recent.list(10)).toEqual([]);
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) recent.add(record(id), 0);
  expect(ids(recent.list(10))).toEqual(['f', 'g', 'h']);
  expect(ids(recent.list(2))).toEqual(['g', 'h']);
  expect(ids(recent.list(0))).toEqual([]);
  expect(ids(recent.list(Number.POSITIVE_INFINITY))).toEqual(['f', 'g', 'h']);
});

test('their length together is bounded, and the newest is kept whatever its length', () => {
  const recent = createRecentDecisions({ maxLength: 100 });
  const lengths = () => recent.list(10).map(({ line }) => line.length);
  for (const length of [40, 50, 60]) recent.add(record('x', 'x'.repeat(length)), 0);
  expect(lengths()).toEqual([60]);
  recent.add(record('x', 'x'.repeat(40)), 0);
  expect(lengths()).toEqual([60, 40]);
  recent.add(record('x', 'x'.repeat(500)), 0);
  expect(lengths()).toEqual([500]);
  recent.add(record('x', 'x'), 0);
  expect(lengths()).toEqual([1]);
});

test('a listener is called for each record until it unsubscribes', () => {
  const recent = createRecentDecisions();
  const heard: string[] = [];
  recent.add(record('before'), 0);
  const stop = recent.follow(({ id }) => heard.push(id));
  recent.add(record('a'), 0);
  recent.add(record('b'), 0);
  stop();
  recent.add(record('after'), 0);
  expect(heard).toEqual(['a', 'b']);
});

/** Offers a decision every `interval` milliseconds, and returns the times of those that are kept. */
function offer(
  recent: ReturnType<typeof createRecentDecisions>,
  isAllowed: boolean,
  { from, until, interval }: { readonly from: number; readonly until: number; readonly interval: number },
): readonly number[] {
  const kept: number[] = [];
  for (let now = from; now < until; now += interval) {
    if (!recent.wants(isAllowed, now)) continue;
    recent.add(record(String(now)), now);
    kept.push(now);
  }
  return kept;
}

test('all decisions are kept while they span a second, and one per millisecond while there are more', () => {
  const recent = createRecentDecisions();
  expect(offer(recent, true, { from: 0, until: 100, interval: 0.125 })).toHaveLength(800);
  expect(offer(recent, true, { from: 100, until: 200, interval: 0.125 })).toHaveLength(200 + 75);
  expect(offer(recent, true, { from: 200, until: 1200, interval: 0.125 })).toHaveLength(1000);
  expect(Number(recent.list(1000)[0]?.id)).toBeLessThanOrEqual(201);
  expect(offer(recent, true, { from: 5000, until: 5100, interval: 0.5 })).toHaveLength(200);
});

test('denied decisions are kept beside any number of allowed ones', () => {
  const recent = createRecentDecisions();
  offer(recent, true, { from: 0, until: 1000, interval: 0.0625 });
  const denied: number[] = [];
  for (let now = 1000; now < 1100; now += 0.0625) {
    const isAllowed = now % 2 > 0;
    if (recent.wants(isAllowed, now)) {
      recent.add(record(String(now)), now);
      if (!isAllowed) denied.push(now);
    }
  }
  expect(denied).toHaveLength(50);
});

test('a listener hears all decisions', () => {
  const recent = createRecentDecisions({ maxRecords: 10 });
  const stop = recent.follow(() => {});
  expect(offer(recent, true, { from: 0, until: 10, interval: 0.125 })).toHaveLength(80);
  stop();
  expect(offer(recent, true, { from: 10, until: 20, interval: 0.125 })).toHaveLength(10);
});

test('decisions are kept after the clock was set back', () => {
  const recent = createRecentDecisions({ maxRecords: 10 });
  offer(recent, true, { from: 3_600_000, until: 3_600_100, interval: 0.125 });
  expect(offer(recent, true, { from: 0, until: 100, interval: 10 })).toHaveLength(10);
});
