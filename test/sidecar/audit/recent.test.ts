import { createRecentDecisions } from '../../../src/sidecar/audit/recent.ts';
import { toRecord } from '../../../src/sidecar/audit/record.ts';
import { aDecision } from '../../support/decision.ts';

const record = (id: string) => toRecord(aDecision({ id }), { traceId: '', spanId: '' });
const ids = (records: readonly { readonly decision_id: string }[]) =>
  records.map(({ decision_id: id }) => id);

test('the newest records are kept, in order', () => {
  const recent = createRecentDecisions(3);
  expect(recent.list(10)).toEqual([]);
  for (const id of ['a', 'b', 'c', 'd', 'e']) recent.add(record(id));
  expect(ids(recent.list(10))).toEqual(['c', 'd', 'e']);
  expect(ids(recent.list(2))).toEqual(['d', 'e']);
  expect(ids(recent.list(0))).toEqual([]);
});

test('a listener is called for each record until it unsubscribes', () => {
  const recent = createRecentDecisions();
  const heard: string[] = [];
  recent.add(record('before'));
  const stop = recent.follow(({ decision_id: id }) => heard.push(id));
  recent.add(record('a'));
  recent.add(record('b'));
  stop();
  recent.add(record('after'));
  expect(heard).toEqual(['a', 'b']);
});
