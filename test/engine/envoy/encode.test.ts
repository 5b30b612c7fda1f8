import type { Decision } from '../../../src/engine/decision/decide.ts';
import { decide, denyUnevaluated, isAllow } from '../../../src/engine/decision/decide.ts';
import type { Denial } from '../../../src/engine/decision/outcome.ts';
import { grpcCodeOf } from '../../../src/engine/decision/reasons.ts';
import { encodeCheck, LAST_RESORT } from '../../../src/engine/envoy/encode.ts';
import type { CheckResponseMessage } from '../../../src/engine/envoy/messages.ts';
import { attributes } from '../../support/attributes.ts';
import { decodeCheckResponse } from '../../support/check-messages.ts';
import { officialCheckResponse } from '../../support/official.ts';
import { lettingThrough, permission, standingStill } from '../../support/pending-decisions.ts';
import { policySet } from '../../support/policy-set.ts';
import { referenceAnswer } from '../../support/reference-answer.ts';

const PRINCIPAL = 'spiffe://acme.example/ns/shop/sa/checkout';

function response(decision: Decision): CheckResponseMessage {
  return officialCheckResponse.deserialize(Buffer.from(encodeCheck(decision)));
}

function denied(change: Partial<Denial> = {}, headers: Record<string, string> = {}): Decision {
  const decision = denyUnevaluated(
    'no_rule',
    'no rule allows this request',
    attributes({ principal: PRINCIPAL, headers }),
    lettingThrough(),
    standingStill(),
  );
  if (isAllow(decision.outcome)) throw new Error('a denial is a permission');
  return { ...decision, outcome: { ...decision.outcome, ...change } };
}

function headersOf(headers: CheckHeaders): Record<string, string | undefined> {
  return Object.fromEntries((headers ?? []).map(({ header }) => [header?.key ?? '', header?.value]));
}

type CheckHeaders = NonNullable<CheckResponseMessage['deniedResponse']>['headers'];

/** The texts of answers, with what an encoder can get wrong: lengths of one, two and three bytes, and UTF-8. */
const TEXTS = [
  '',
  'a',
  'n'.repeat(99),
  'n'.repeat(128),
  'gr\u00FC\u00DFe',
  '\u{1F600}',
  'half \ud800',
  'x'.repeat(20_000),
];

/** The permission of `permission` with every kind of change. */
async function changedBy(text: string): Promise<Decision> {
  const all = { set: { 'x-set': text, 'x-more': 'b' }, append: { 'x-set': text } };
  const set = policySet({
    policies: {
      open: {
        rules: [{ name: 'all', effect: 'allow' }],
        respond: {
          allow: {
            requestHeaders: { ...all, remove: ['x-gone', 'x-other'] },
            responseHeaders: all,
            query: { set: { tenant: text.slice(0, 200) } },
            metadata: { text, list: { cel: "[1, 2.5, true, null, {'a': {'b': []}}, -3]" } },
          },
        },
      },
    },
  });
  return (await decide(attributes({ path: '/a?b=1', principal: text }), set, standingStill())).decision;
}

describe('encodeCheck', () => {
  test.each(TEXTS.map((text) => [text.length, text] as const))(
    'writes a text of %d characters as the reference does, wherever it is',
    async (_, text) => {
      const { decision } = await permission(attributes({ principal: text }), { 'x-tenant': text });
      const http = denied({ detail: text, headers: new Map([['x-claim', text]]) });
      const own = denied({ body: text });
      const grpc = denied({ detail: text }, { 'content-type': 'application/grpc' });
      for (const each of [
        decision,
        http,
        own,
        grpc,
        { ...decision, rule: text },
        { ...http, policy: text },
      ]) {
        expect(Buffer.from(encodeCheck(each))).toEqual(Buffer.from(referenceAnswer(each)));
      }
    },
  );

  test.each(['a', 'gr\u00FC\u00DFe', 'n'.repeat(300)])('writes every kind of change: %s', async (text) => {
    const decision = await changedBy(text);
    expect(isAllow(decision.outcome)).toBe(true);
    expect(Buffer.from(encodeCheck(decision))).toEqual(Buffer.from(referenceAnswer(decision)));
  });

  test('answers do not share what is written', async () => {
    const permitted = await changedBy('a');
    // Answers of all lengths, so that the memory for them ends at each of their parts.
    const decisions = Array.from({ length: 1000 }, (_, length): Decision => {
      const text = 'n'.repeat(length);
      return length % 2 === 0 ? { ...permitted, rule: text } : denied({ detail: text });
    });
    const answers = decisions.map(encodeCheck);
    for (const [index, decision] of decisions.entries()) {
      expect(Buffer.from(answers[index] ?? [])).toEqual(Buffer.from(referenceAnswer(decision)));
    }
  });

  test('an answer made from the one before has its own id and principal', async () => {
    const { decision } = await permission(attributes({ principal: PRINCIPAL }));
    const ids = ['a', '\u00E9', 'b'].flatMap((letter) => [letter.repeat(36), letter.repeat(35)]);
    const sources = [PRINCIPAL, `${PRINCIPAL}-2`, '', 'gr\u00FC\u00DFe'].map((principal) => ({
      principal,
      address: '',
    }));
    for (const rule of ['all', 'other', 'all']) {
      for (const source of sources) {
        for (const id of [...ids, ...ids]) {
          const each = { ...decision, id, rule, source };
          expect(Buffer.from(encodeCheck(each))).toEqual(Buffer.from(referenceAnswer(each)));
        }
      }
    }
  });

  test('what is kept about a rule is of its policy set, reason and policy', () => {
    const first = denied();
    for (const other of [
      { ...first, revisionText: 'other' },
      { ...first, revision: undefined, revisionText: '' },
      { ...first, policy: 'other' },
      { ...first, rule: 'other' },
      { ...first, reason: 'rule_denied' as const },
      first,
    ]) {
      expect(Buffer.from(encodeCheck(other))).toEqual(Buffer.from(referenceAnswer(other)));
    }
  });

  test('a permission is OK with the changes and the metadata', async () => {
    const { decision } = await permission(attributes({ principal: PRINCIPAL }), { 'x-tenant': 'acme' });
    expect(response(decision)).toEqual({
      status: { code: 0 },
      okResponse: { headers: [{ header: { key: 'x-tenant', value: 'acme' }, appendAction: 2 }] },
      dynamicMetadata: {
        fields: {
          decision: { stringValue: 'allow' },
          decision_id: { stringValue: decision.id },
          reason: { stringValue: 'allowed' },
          policy: { stringValue: 'open' },
          rule: { stringValue: 'all' },
          revision: { stringValue: 'c'.repeat(40) },
          principal: { stringValue: PRINCIPAL },
        },
      },
    });
  });

  test('an imitation of a permission is not OK', () => {
    const changes = { requestHeaders: { set: new Map() }, responseHeaders: { set: new Map() } };
    const forged = denied();
    if (isAllow(forged.outcome)) throw new Error('a denial is a permission');
    const outcome = Object.assign({ ...forged.outcome }, { changes });
    const answer = response({ ...forged, outcome, reason: 'allowed', status: 200 });
    expect(answer.status?.code).toBe(7);
    expect(answer.okResponse).toBeUndefined();
  });

  test('a denial is a problem document with its headers and metadata', () => {
    const decision = denied({ headers: new Map([['www-authenticate', 'Bearer']]) });
    const answer = response(decision);
    expect(answer.status).toEqual({ code: 7, message: 'no_rule' });
    expect(answer.okResponse).toBeUndefined();
    expect(answer.deniedResponse?.status).toEqual({ code: 403 });
    expect(headersOf(answer.deniedResponse?.headers)).toEqual({
      'content-type': 'application/problem+json',
      'x-lictor-decision-id': decision.id,
      'www-authenticate': 'Bearer',
    });
    expect(answer.deniedResponse?.headers?.every(({ appendAction }) => appendAction === 2)).toBe(true);
    expect(JSON.parse(answer.deniedResponse?.body ?? '')).toEqual({
      type: 'urn:lictor:reason:no_rule',
      title: 'No rule allows this request',
      status: 403,
      detail: 'no rule allows this request',
      decision_id: decision.id,
      reason: 'no_rule',
    });
    expect(answer.dynamicMetadata?.fields).toMatchObject({
      decision: { stringValue: 'deny' },
      reason: { stringValue: 'no_rule' },
      revision: { stringValue: 'c'.repeat(40) },
      policy: { stringValue: '' },
    });
  });

  test('a gRPC caller gets a sentence and the matching status', () => {
    const decision = denied({ status: 429 }, { 'content-type': 'application/grpc+proto' });
    const answer = response(decision);
    expect(answer.deniedResponse?.body).toBe('no rule allows this request');
    expect(headersOf(answer.deniedResponse?.headers)).toEqual({
      'grpc-status': '8',
      'x-lictor-decision-id': decision.id,
    });
  });

  test('an answer with half a surrogate pair stays readable', () => {
    const half = { detail: 'a member `\ud800` is not expected', headers: new Map([['x-claim', '\udc00']]) };
    const grpc = encodeCheck(denied(half, { 'content-type': 'application/grpc+json' }));
    expect(Buffer.from(grpc).toString('hex')).not.toMatch(/eda080|edb080/);
    expect(decodeCheckResponse(grpc).deniedResponse?.body).toBe('a member `\ufffd` is not expected');
    const answer = response(denied(half));
    expect(headersOf(answer.deniedResponse?.headers)).toMatchObject({ 'x-claim': '\ufffd' });
    expect(JSON.parse(answer.deniedResponse?.body ?? '')).toMatchObject({ detail: half.detail });
  });

  test('policies cannot replace the headers that describe a denial', () => {
    const headers = new Map([
      ['content-type', 'text/plain'],
      ['x-lictor-decision-id', 'forged'],
    ]);
    const decision = denied({ headers });
    expect(headersOf(response(decision).deniedResponse?.headers)).toEqual({
      'content-type': 'application/problem+json',
      'x-lictor-decision-id': decision.id,
    });
  });

  test.each([
    [400, 3],
    [401, 16],
    [403, 7],
    [404, 7],
    [409, 7],
    [413, 3],
    [415, 3],
    [429, 8],
    [500, 13],
    [502, 13],
    [503, 14],
  ])('HTTP %d is google.rpc code %d', (status, code) => {
    expect(grpcCodeOf('rule_denied', status)).toBe(code);
  });

  test('the last resort denies', () => {
    expect(decodeCheckResponse(LAST_RESORT)).toEqual({
      status: { code: 13, message: 'internal_error' },
      deniedResponse: { status: { code: 500 } },
    });
  });
});
