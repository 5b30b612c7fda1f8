import type { Decision } from '../../../src/engine/decision/decide.ts';
import { canonicalPath } from '../../../src/engine/request/canonical-path.ts';
import { KeptRecord } from '../../../src/sidecar/audit/kept-record.ts';
import { recordLine } from '../../../src/sidecar/audit/record-bytes.ts';
import { collectedHeap } from '../../support/collected-heap.ts';
import { aDecision } from '../../support/decision.ts';

/** A text of its own, as the decoder of a request makes it. */
const decoded = (text: string): string => Buffer.from(text).toString();

test('kept records do not hold the query strings, tokens and headers that their texts are parts of', () => {
  const long = 'x'.repeat(50_000);
  const before = collectedHeap();
  const records = Array.from({ length: 1000 }, (_, number) => {
    const { path } = canonicalPath(decoded(`/api/orders/of/customer/${number}?token=${long}`));
    const subject = decoded(`a subject of some length ${number}${long}`).slice(0, 24);
    const principal = decoded(`spiffe://acme.example/ns/shop/sa/web${long}${number}`).slice(0, 36);
    const { request } = aDecision();
    return new KeptRecord(
      aDecision({
        request: { ...request, path, id: decoded(`${long}${number}`) },
        caller: { principal, via: 'xfcc' },
        jwt: { issuer: 'https://login.example', subject },
      }),
      decoded(`${long}${number}`),
    );
  });
  expect(collectedHeap() - before).toBeLessThan(20_000_000);
  expect(records[7]?.line).toContain('"path":"/api/orders/of/customer/7"');
});

test('the length of a record counts the texts of the caller as far as they are kept', () => {
  const long = 'x'.repeat(60_000);
  const { request, source } = aDecision();
  const lengthOf = (fields: Partial<Decision>, place = ''): number =>
    new KeptRecord(aDecision(fields), place).length;
  const usual = lengthOf({});
  for (const name of ['id', 'method', 'host', 'path'] as const) {
    const length = lengthOf({ request: { ...request, [name]: long } });
    expect(length).toBe(usual - request[name].length + 2049);
  }
  expect(lengthOf({ source: { ...source, principal: long } })).toBe(usual - source.principal.length + 2049);
  expect(lengthOf({ caller: { principal: long, via: 'xfcc' } })).toBe(usual + 2049);
  expect(lengthOf({ jwt: { issuer: long, subject: long } })).toBe(usual + 2 * 2049);
  expect(lengthOf({}, long)).toBe(usual + 2049);
});

test.each([
  'x'.repeat(2049),
  `${'x'.repeat(2047)}\u{1f600}`,
  `half \ud83d a pair of surrogates`,
  'é 漢字 and more text',
])('a kept text is recorded as it is', (text) => {
  const decision = aDecision({
    jwt: { issuer: text, subject: text },
    caller: { principal: text, via: 'xfcc' },
  });
  const trace = { traceId: '', spanId: '' };
  expect(new KeptRecord(decision, trace).line).toBe(recordLine(decision, trace));
});
