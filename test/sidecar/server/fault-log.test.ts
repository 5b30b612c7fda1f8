import { createFaultLog } from '../../../src/sidecar/server/fault-log.ts';
import { aDecision } from '../../support/decision.ts';

function faultLog() {
  const entries: unknown[] = [];
  let now = 0;
  const log = {
    info: () => {},
    warn: (message: string, fields?: object) => entries.push(['warn', message, fields]),
    error: (message: string, fields?: object) => entries.push(['error', message, fields]),
  };
  const write = createFaultLog(log, () => now);
  return { entries, write, pass: (milliseconds: number) => (now += milliseconds) };
}

const failed = aDecision({ reason: 'policy_error', status: 500, rule: 'r', fault: new Error('no such key') });
const named = { decision_id: failed.id, policy: 'orders-api', rule: 'r' };

test('a failed expression is logged without a stack, once a minute, with the number of others', () => {
  const { entries, write, pass } = faultLog();
  for (let i = 0; i < 100; i++) write(failed);
  pass(60_000);
  write(failed);
  const entry = (more: number) => [
    'warn',
    'an expression of a policy failed',
    { ...named, reason: 'policy_error', more, error: 'no such key' },
  ];
  expect(entries).toEqual([entry(0), entry(99)]);
});

test('each policy and rule has an entry of its own', () => {
  const { entries, write } = faultLog();
  for (const rule of ['a', 'b', 'a']) write({ ...failed, rule });
  expect(entries).toHaveLength(2);
});

test('a fault of Lictor is logged with its error', () => {
  const { entries, write } = faultLog();
  const fault = new Error('it broke');
  write(aDecision({ reason: 'internal_error', status: 500, fault }));
  expect(entries).toEqual([['error', 'a decision failed', expect.objectContaining({ error: fault })]]);
});

test('a decision without a fault is not logged', () => {
  const { entries, write } = faultLog();
  write(aDecision());
  expect(entries).toEqual([]);
});
