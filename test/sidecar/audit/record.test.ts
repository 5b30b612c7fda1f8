import { isoMicroseconds, toRecord } from '../../../src/sidecar/audit/record.ts';
import { RECORD_FIELDS } from '../../../src/sidecar/audit/record-fields.ts';
import { aDecision } from '../../support/decision.ts';

const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

test('a plain denial is written in the documented order, without empty members', () => {
  expect(JSON.stringify(toRecord(aDecision(), trace))).toBe(
    '{"v":1,"time":"2026-06-01T12:00:00.123456Z","decision_id":"01900000-0000-7000-8000-000000000001","decision":"deny",' +
      '"reason":"no_rule","status":403,"mode":"enforce","policy":"orders-api","rule":"",' +
      `"revision":{"commit":"${'a'.repeat(40)}","digest":"sha256:${'b'.repeat(64)}","dirty":false,"source":"git"},` +
      '"request":{"id":"req-1","method":"GET","host":"orders.acme.svc","path":"/api/orders/42"},' +
      '"source":{"principal":"spiffe://acme.example/ns/shop/sa/web","address":"10.0.0.7"},' +
      '"destination":{"principal":"spiffe://acme.example/ns/shop/sa/orders"},' +
      '"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","duration_us":41}',
  );
});

test('a decision with every member has a record with every member', () => {
  const record = toRecord(
    aDecision({
      reason: 'allowed',
      status: 200,
      rule: 'readers',
      environment: 'production',
      caller: { principal: 'spiffe://acme.example/ns/shop/sa/web', via: 'xfcc' },
      jwt: { issuer: 'https://login.acme.example', subject: 'checkout' },
      controls: ['SOC2-CC6.1'],
      limits: [{ policy: 'orders-api', name: 'per-caller', allowed: true, remaining: 12 }],
      shadow: [
        { policy: 'orders-strict', rule: '', decision: 'deny', reason: 'no_rule' },
        { of: 'rule', policy: 'orders-api', rule: 'no-bots', decision: 'deny', reason: 'rule_denied' },
      ],
    }),
    trace,
  );
  expect(Object.keys(RECORD_FIELDS).filter((name) => name in record)).toEqual(Object.keys(record));
  expect(Object.keys(record)).toEqual([
    'v',
    'time',
    'decision_id',
    'decision',
    'reason',
    'status',
    'mode',
    'policy',
    'rule',
    'revision',
    'environment',
    'request',
    'source',
    'caller',
    'destination',
    'jwt',
    'trace_id',
    'span_id',
    'duration_us',
    'controls',
    'limits',
    'shadow',
  ]);
  expect(record).toMatchObject({
    decision: 'allow',
    environment: 'production',
    caller: { principal: 'spiffe://acme.example/ns/shop/sa/web', via: 'xfcc' },
    jwt: { issuer: 'https://login.acme.example', subject: 'checkout' },
    controls: ['SOC2-CC6.1'],
    limits: [{ policy: 'orders-api', name: 'per-caller', remaining: 12 }],
    shadow: [
      { policy: 'orders-strict', rule: '', decision: 'deny', reason: 'no_rule' },
      { of: 'rule', policy: 'orders-api', rule: 'no-bots', decision: 'deny', reason: 'rule_denied' },
    ],
  });
});

test('data that is not for the record stays out of it', () => {
  const { request } = aDecision();
  const decision = aDecision({
    fault: new Error('SECRET fault'),
    request: { ...request, path: '/a\n\u0000b', traceparent: 'SECRET' },
  });
  const text = JSON.stringify(toRecord(decision, trace));
  expect(text).not.toContain('SECRET');
  expect(text).toContain('"path":"/a\\n\\u0000b"');
});

test('before the first policy set, the revision is null', () => {
  expect(toRecord(aDecision({ revision: undefined }), trace).revision).toBeNull();
});

test.each([
  [0, '1970-01-01T00:00:00.000000Z'],
  [1_780_315_200_000.9998, '2026-06-01T12:00:00.001000Z'],
  [1_780_315_200_000.5, '2026-06-01T12:00:00.000500Z'],
  [1_780_315_199_999.001, '2026-06-01T11:59:59.999001Z'],
])('%d is %s', (time, text) => {
  expect(isoMicroseconds(time)).toBe(text);
});

test('texts of the caller are cut, at a whole character', () => {
  const long = `${'a'.repeat(2046)}😀${'b'.repeat(60_000)}`;
  const request = { ...aDecision().request, host: long, path: long, id: 'x'.repeat(2048) };
  const record = toRecord(aDecision({ request, jwt: { issuer: 'i', subject: long } }), trace);
  expect(record.request).toMatchObject({ host: `${'a'.repeat(2046)}\ufffd…`, id: 'x'.repeat(2048) });
  for (const text of [record.request.path, record.jwt?.subject]) expect(text).toHaveLength(2048);
});
