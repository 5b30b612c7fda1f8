import { readRecord } from '../../../src/sidecar/audit/read-record.ts';
import { toRecord } from '../../../src/sidecar/audit/record.ts';
import { aDecision } from '../../support/decision.ts';

const NOWHERE = { traceId: '', spanId: '' };
const decision = aDecision({
  environment: 'production',
  caller: { principal: 'spiffe://acme.example/web', via: 'xfcc' },
  jwt: { issuer: 'https://login.acme.example', subject: 'ann' },
});

test('a record is read as it was written', () => {
  const { record, problem } = readRecord(JSON.stringify(toRecord(decision, NOWHERE)));
  expect(problem).toBeUndefined();
  expect(record).toEqual({
    id: decision.id,
    time: Date.parse('2026-06-01T12:00:00.123Z'),
    decision: 'deny',
    reason: 'no_rule',
    status: 403,
    policy: 'orders-api',
    rule: '',
    commit: 'a'.repeat(40),
    digest: `sha256:${'b'.repeat(64)}`,
    environment: 'production',
    request: { method: 'GET', host: 'orders.acme.svc', path: '/api/orders/42' },
    source: { principal: 'spiffe://acme.example/ns/shop/sa/web', address: '10.0.0.7' },
    caller: { principal: 'spiffe://acme.example/web', via: 'xfcc' },
    destination: { principal: 'spiffe://acme.example/ns/shop/sa/orders' },
    jwt: { issuer: 'https://login.acme.example', subject: 'ann' },
    sample: 1,
    inputs: undefined,
  });
});

test('a record of before versions were counted is read', () => {
  const { v: _, ...old } = toRecord(decision, NOWHERE);
  expect(readRecord(JSON.stringify(old)).record?.id).toBe(decision.id);
});

test.each([
  ['a later version', '{"v":2}', 'holds a record of version 2, and only 1 is known'],
  ['no JSON', 'nothing', 'holds no record: it is not JSON, an unexpected character'],
  ['a list', '[]', 'holds no record: it has no `time`, `reason` or `request`'],
  ['an object of something else', '{"a":1}', 'holds no record: it has no `time`, `reason` or `request`'],
  ['a name twice', '{"v":1,"v":1}', 'holds no record: it is not JSON, the same member twice'],
])('%s is refused', (_, line, problem) => {
  expect(readRecord(line)).toEqual({ problem });
});

test('fields of other types are read as if they were absent', () => {
  const odd = {
    ...toRecord(decision, NOWHERE),
    status: 'x',
    policy: 1,
    jwt: 'x',
    revision: [],
    source: null,
  };
  expect(readRecord(JSON.stringify(odd)).record).toMatchObject({
    status: 0,
    policy: '',
    jwt: undefined,
    commit: '',
    source: { principal: '', address: '' },
  });
});
