import type { Decision } from '../../../src/engine/decision/decide.ts';
import type { Reason } from '../../../src/engine/decision/reasons.ts';
import { KeptRecord } from '../../../src/sidecar/audit/kept-record.ts';
import { type Place, recordBytes, recordLine } from '../../../src/sidecar/audit/record-bytes.ts';
import { aDecision } from '../../support/decision.ts';
import { pick, seeded } from '../../support/seeded.ts';

const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

/** Texts that JSON, a terminal or a bound writes in another way than they are. */
const TEXTS: readonly [string, ...string[]] = [
  '',
  'plain',
  '/api/orders/42',
  'quote " and \\ backslash',
  'a\nline\tand\u0000control\u007f',
  'é ü 漢字 😀',
  'half \ud83d a pair',
  '\udc00',
  'bidi \u202e hidden \u2066 \u061c',
  '\u2028\u2029\u0085',
  'x'.repeat(1024),
  'x'.repeat(1025),
  'x'.repeat(2048),
  'x'.repeat(2049),
  `${'x'.repeat(2046)}😀 cut`,
];

const REASON_NAMES: readonly [Reason, ...Reason[]] = [
  'allowed',
  'no_rule',
  'token_expired',
  'internal_error',
];

const NUMBERS: readonly [number, ...number[]] = [
  0,
  0.4,
  0.5,
  41.4999,
  1e21,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
];

/** Texts that are written as they are. */
const PLAIN_TEXTS: typeof TEXTS = ['', 'plain', '/api/orders/42', 'x'.repeat(1025), 'x'.repeat(2048)];

function randomDecision(random: () => number, texts: typeof TEXTS): Decision {
  const text = (): string => pick(random, texts);
  const number = (): number => pick(random, NUMBERS);
  const some = <T>(make: () => T): T[] => Array.from({ length: pick(random, [0, 1, 2]) }, make);
  const principal = text();
  return aDecision({
    id: text(),
    time: pick(random, [0, 1_780_315_200_000.9998, 1_780_315_199_999.001, 1_780_315_200_000.5, 999.9996]),
    duration: number(),
    reason: pick(random, REASON_NAMES),
    status: pick(random, [200, 403]),
    policy: text(),
    rule: text(),
    environment: pick(random, ['', 'production', 'é']),
    request: { ...aDecision().request, id: text(), method: text(), host: text(), path: text() },
    source: { principal, address: text() },
    destination: { principal: text() },
    caller: pick(random, [undefined, { principal, via: 'connection' }, { principal: text(), via: 'xfcc' }]),
    jwt: pick(random, [undefined, { issuer: text(), subject: text() }]),
    controls: some(text),
    limits: some(() => ({ policy: text(), name: text(), allowed: true, remaining: number() })),
    shadow: some(() => ({
      ...pick(random, [{}, { of: 'rule' as const }]),
      policy: text(),
      rule: text(),
      decision: 'deny' as const,
      reason: 'no_rule' as const,
    })),
  });
}

/** Places in a trace; texts are as a caller sends them. */
const PLACES: readonly [Place, ...Place[]] = [
  trace,
  { traceId: '', spanId: '' },
  '',
  'junk "',
  `00-${trace.traceId}-${trace.spanId}-01`,
  `01-${trace.traceId}-${trace.spanId}-01-more`,
  `00-${'0'.repeat(32)}-${trace.spanId}-01`,
];

/** A short piece of each text where they differ. */
function differenceOf(line: string, expected: string): readonly [string, string] | undefined {
  if (line === expected) return undefined;
  let at = 0;
  while (line[at] === expected[at]) at += 1;
  return [line.slice(Math.max(0, at - 20), at + 20), expected.slice(Math.max(0, at - 20), at + 20)];
}

test('a line has the bytes of the whole record as JSON, whatever is in it', () => {
  const random = seeded(13);
  const { revision } = aDecision();
  for (let round = 0; round < 5000; round += 1) {
    const made = randomDecision(random, pick(random, [TEXTS, PLAIN_TEXTS]));
    const decision = pick(random, [made, { ...made, revision }, { ...made, revision: undefined }]);
    const place = pick(random, PLACES);
    const expected = `${recordLine(decision, place)}\n`;
    // The second time, with what is known then.
    for (let time = 0; time < 2; time += 1) {
      const line = Buffer.from(recordBytes(decision, place)).toString();
      expect(differenceOf(line, expected)).toBeUndefined();
    }
  }
});

test('a usual record is written into memory of its own', () => {
  const bytes = () => recordBytes(aDecision({ controls: ['SOC2'], shadow: [] }), trace);
  expect(bytes().buffer).toBe(bytes().buffer);
  const long = 'x'.repeat(2000);
  const limits = Array.from({ length: 20 }, () => ({
    policy: long,
    name: long,
    allowed: true,
    remaining: 1,
  }));
  const many = aDecision({ limits });
  expect(String(Buffer.from(recordBytes(many, trace)))).toBe(`${recordLine(many, trace)}\n`);
});

test('a kept record is written as the decision was, with the place of its caller', () => {
  const decision = aDecision({ jwt: { issuer: 'i', subject: 's' } });
  const parent = `00-${trace.traceId}-${trace.spanId}-01`;
  expect(new KeptRecord(decision, parent).line).toBe(recordLine(decision, trace));
  expect(new KeptRecord(decision, trace).line).toBe(recordLine(decision, trace));
  expect(new KeptRecord(decision, 'junk').line).toBe(recordLine(decision, { traceId: '', spanId: '' }));
});
