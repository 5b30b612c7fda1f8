import { createRecentDecisions } from '../../../src/sidecar/audit/recent.ts';

const record = (id: string, line = `{"decision_id":"${id}"}`) => ({ id, line });
const ids = (records: readonly { readonly id: string }[]) => records.map(({ id }) => id);

test('the newest records are kept, in order', () => {
  const recent = createRecentDecisions({ maxRecords: 3 });
  expect(recent.list(10)).toEqual([]);
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) recent.add(record(id));
  expect(ids(recent.list(10))).toEqual(['f', 'g', 'h']);
  expect(ids(recent.list(2))).toEqual(['g', 'h']);
  expect(ids(recent.list(0))).toEqual([]);
  expect(ids(recent.list(Number.POSITIVE_INFINITY))).toEqual(['f', 'g', 'h']);
});

test('their length together is bounded, and the newest is kept whatever its length', () => {
  const recent = createRecentDecisions({ maxLength: 100 });
  const lengths = () => recent.list(10).map(({ line }) => line.length);
  for (const length of [40, 50, 60]) recent.add(record('x', 'x'.repeat(length)));
  expect(lengths()).toEqual([60]);
  recent.add(record('x', 'x'.repeat(40)));
  expect(lengths()).toEqual([60, 40]);
  recent.add(record('x', 'x'.repeat(500)));
  expect(lengths()).toEqual([500]);
  recent.add(record('x', 'x'));
  expect(lengths()).toEqual([1]);
});

test('a listener is called for each record until it unsubscribes', () => {
  const recent = createRecentDecisions();
  const heard: string[] = [];
  recent.add(record('before'));
  const stop = recent.follow(({ id }) => heard.push(id));
  recent.add(record('a'));
  recent.add(record('b'));
  stop();
  recent.add(record('after'));
  expect(heard).toEqual(['a', 'b']);
});
