import type { Decision, PendingDecision } from '../../../src/engine/decision/decide.ts';
import type { Attributes } from '../../../src/engine/request/attributes.ts';
import type { PolicySet } from '../../../src/engine/set/policy-set.ts';
import { Budget } from '../../../src/sidecar/candidate/budget.ts';
import { IdleQueue } from '../../../src/sidecar/candidate/idle-queue.ts';
import {
  CandidateJudge,
  type CandidateJudgeOptions,
  type FoundDivergence,
} from '../../../src/sidecar/candidate/judge.ts';
import { attributes } from '../../support/attributes.ts';
import { aDecision } from '../../support/decision.ts';
import { policySet } from '../../support/policy-set.ts';

const ATTRIBUTES: Attributes = attributes({});
const ANY_SET = policySet({ policies: { orders: { rules: [{ name: 'all', effect: 'allow' }] } } });
const LIVE = setOf('1');
const CANDIDATE = setOf('2');
const DENIED = aDecision({ revision: LIVE.revision });
const ALLOWED = aDecision({ revision: LIVE.revision, reason: 'allowed', status: 200, rule: 'read' });

function setOf(digit: string): PolicySet {
  const commit = digit.repeat(40);
  const revision = { commit, digest: `sha256:${digit.repeat(64)}`, dirty: false, source: 'git' } as const;
  return { ...ANY_SET, revision, revisionText: commit };
}

function judgeOf(options: Partial<CandidateJudgeOptions> = {}) {
  const results: string[] = [];
  const found: FoundDivergence[] = [];
  const judge = new CandidateJudge({
    share: 1,
    queue: new IdleQueue({
      budget: new Budget(1, 0),
      clock: () => 0,
      schedule: (work) => work(),
      delay: (work) => work(),
    }),
    live: () => LIVE,
    candidate: () => CANDIDATE,
    decide: () => ({ decision: ALLOWED }),
    clock: () => 0,
    onResult: (result) => results.push(result),
    onDivergence: (each) => found.push(each),
    ...options,
  });
  return { judge, results, found };
}

/** The decision after its deferred work. */
async function completed(judge: CandidateJudge, decision: Decision): Promise<Decision> {
  const pending: PendingDecision = judge.beside({ decision }, ATTRIBUTES);
  return (await pending.deferred?.()) ?? pending.decision;
}

test('the verdict of a candidate that differs is part of the decision, and its cause is counted', async () => {
  const { judge, results, found } = judgeOf();
  const { candidate } = await completed(judge, DENIED);
  const verdict = {
    commit: CANDIDATE.revision.commit,
    decision: 'allow',
    reason: 'allowed',
    policy: 'orders-api',
    rule: 'read',
  };
  expect(candidate).toEqual(verdict);
  await completed(judge, DENIED);
  expect(results).toEqual(['newly_allowed', 'newly_allowed']);
  expect(found.map(({ kind, isFirst }) => [kind, isFirst])).toEqual([
    ['newly_allowed', true],
    ['newly_allowed', false],
  ]);
  expect(judge.comparison?.causes).toEqual([
    {
      kind: 'newly_allowed',
      live: { reason: 'no_rule', policy: 'orders-api', rule: '' },
      candidate: { reason: 'allowed', policy: 'orders-api', rule: 'read' },
      count: 2,
      example: {
        decision_id: DENIED.id,
        time: '2026-06-01T12:00:00.123Z',
        method: 'GET',
        host: 'orders.acme.svc',
        path: '/api/orders/42',
        principal: 'spiffe://acme.example/ns/shop/sa/web',
      },
    },
  ]);
});

test('a decision that agrees is left as it is', async () => {
  const { judge, results } = judgeOf();
  expect(await completed(judge, ALLOWED)).toBe(ALLOWED);
  expect(results).toEqual(['agrees']);
});

test('a candidate that equals the live policies is not evaluated, and agrees', () => {
  const decide = () => {
    throw new Error('not to be evaluated');
  };
  const { judge, results } = judgeOf({ candidate: () => LIVE, decide });
  expect(judge.beside({ decision: DENIED }, ATTRIBUTES).deferred).toBeUndefined();
  expect(results).toEqual(['agrees']);
});

test('without a candidate, for a refusal by a limit, and outside of the share nothing is judged', () => {
  const limited = aDecision({ reason: 'rate_limited', revision: LIVE.revision });
  const cases = [
    [judgeOf({ candidate: () => undefined }), DENIED],
    [judgeOf(), limited],
    [judgeOf({ share: 1e-9 }), DENIED],
  ] as const;
  for (const [{ judge, results }, decision] of cases) {
    expect(judge.beside({ decision }, ATTRIBUTES).deferred).toBeUndefined();
    expect(results).toEqual([]);
  }
});

test('a candidate that throws or rejects is counted as failed', async () => {
  const failing = [
    judgeOf({ decide: () => Promise.reject(new Error('late')) }),
    judgeOf({
      decide() {
        throw new Error('at once');
      },
    }),
  ];
  for (const { judge, results } of failing) {
    expect(await completed(judge, DENIED)).toBe(DENIED);
    expect(results).toEqual(['failed']);
  }
});

test('a decision by policies that are no longer live is dropped', async () => {
  const { judge, results } = judgeOf();
  await completed(judge, aDecision());
  expect(results).toEqual(['dropped']);
});

test('at most 64 evaluations wait at once', async () => {
  const { promise, resolve } = Promise.withResolvers<PendingDecision>();
  const { judge, results } = judgeOf({ decide: () => promise });
  const all = Array.from({ length: 66 }, () => completed(judge, DENIED));
  await Promise.all(all.slice(64));
  expect(results).toEqual(['dropped', 'dropped']);
  resolve({ decision: ALLOWED });
  await Promise.all(all);
  expect(results.slice(2)).toEqual(Array.from({ length: 64 }, () => 'newly_allowed'));
});

test('counts begin anew with another revision on either side', async () => {
  let candidate = CANDIDATE;
  const { judge } = judgeOf({ candidate: () => candidate });
  await completed(judge, DENIED);
  expect(judge.comparison?.counts.newly_allowed).toBe(1);
  candidate = setOf('3');
  expect(judge.comparison?.counts.newly_allowed).toBe(0);
});

test('of more than 100 causes, those beyond are counted in the totals alone, and texts of callers are cut', async () => {
  let number = 0;
  const decide = () => {
    number += 1;
    return { decision: aDecision({ reason: 'allowed', rule: `rule-${number}` }) };
  };
  const { judge } = judgeOf({ decide });
  const long = { ...DENIED, request: { ...DENIED.request, path: `/${'a'.repeat(5000)}` } };
  for (let request = 0; request < 103; request++) await completed(judge, long);
  const { comparison } = judge;
  expect(comparison?.causes).toHaveLength(100);
  expect(comparison?.uncaused).toBe(3);
  expect(comparison?.counts.newly_allowed).toBe(103);
  expect(comparison?.causes[0]?.example.path).toHaveLength(256);
});
