import type { PolicySet } from '../../engine/set/policy-set.ts';
import type { PolicyTestDocument, TestCase } from '../../policy/compile/policy-test.ts';
import type { Answer } from '../testing/answer.ts';
import { TestRun } from '../testing/test-run.ts';
import type { Version } from './version.ts';

/** The answer to the request of a case, as far as versions are compared by it. */
export type CaseAnswer = Pick<Answer, 'decision' | 'reason' | 'status' | 'policy' | 'rule'>;

/** A case, or a cell of a matrix, whose request the two versions answer differently. */
export interface CaseChange {
  readonly test: string;
  readonly name: string;
  /** Version that has the case; `after` if both have. */
  readonly of: 'before' | 'after';
  readonly file: string;
  readonly line: number;
  readonly kind: 'newly_allowed' | 'newly_denied' | 'other';
  readonly before: CaseAnswer;
  readonly after: CaseAnswer;
}

export interface CaseChanges {
  /** Cases whose requests both versions answered. */
  readonly compared: number;
  readonly changes: readonly CaseChange[];
  /** Cases that a version cannot answer, since their token is from an issuer that it lacks. */
  readonly skipped: number;
}

/** Sends the request of every case of both versions to both of them. Expectations are not compared. */
export async function caseChanges(before: Version, after: Version, now: number): Promise<CaseChanges> {
  const known = new Set(after.tests.flatMap((test) => test.cases.map((each) => idOf(test, each))));
  const listed = [
    ...casesOf(after, 'after'),
    ...casesOf(before, 'before').filter(({ test, each }) => !known.has(idOf(test, each))),
  ];
  const [old, current] = [new TestRun(before.set, now), new TestRun(after.set, now)];
  const changes: CaseChange[] = [];
  let skipped = 0;
  for (const { test, each, of } of listed) {
    if (!isAnswerable(each, before.set) || !isAnswerable(each, after.set)) {
      skipped += 1;
      continue;
    }
    const was = answerOf((await old.run(test, each)).answer);
    const is = answerOf((await current.run(test, each)).answer);
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    const { file, line } = each.source;
    changes.push({
      test: test.name,
      name: each.name,
      of,
      file,
      line,
      kind: kindOf(was, is),
      before: was,
      after: is,
    });
  }
  return { compared: listed.length - skipped, changes: changes.toSorted(inOrder), skipped };
}

interface Listed {
  readonly test: PolicyTestDocument;
  readonly each: TestCase;
  readonly of: CaseChange['of'];
}

function casesOf({ tests }: Version, of: CaseChange['of']): readonly Listed[] {
  return tests.flatMap((test) => test.cases.map((each) => ({ test, each, of })));
}

function idOf(test: PolicyTestDocument, each: TestCase): string {
  return `${test.name}\0${each.name}`;
}

/** False if a token must be signed by an issuer that the set does not have. */
function isAnswerable({ caller, after }: TestCase, { issuers }: PolicySet): boolean {
  return [caller, ...after.map((step) => step.caller)].every(
    ({ jwt }) => jwt === undefined || issuers.has(jwt.issuer),
  );
}

function answerOf({ decision, reason, status, policy, rule }: Answer): CaseAnswer {
  return { decision, reason, status, policy, rule };
}

function kindOf(before: CaseAnswer, after: CaseAnswer): CaseChange['kind'] {
  if (before.decision === after.decision) return 'other';
  return after.decision === 'allow' ? 'newly_allowed' : 'newly_denied';
}

const ORDER = { newly_allowed: 0, newly_denied: 1, other: 2 } as const satisfies Record<
  CaseChange['kind'],
  number
>;

function inOrder(a: CaseChange, b: CaseChange): number {
  return ORDER[a.kind] - ORDER[b.kind];
}
