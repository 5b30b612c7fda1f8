import type { DecisionTrace, TraceEvent } from '../../engine/decision/trace.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import type { PolicyTestDocument } from '../../policy/compile/policy-test.ts';
import { TestRun } from '../../tools/testing/test-run.ts';

/** The passing cases of a folder by the rules and limits that they reach, and the failed ones. */
export interface RanCases {
  /** Names of the cases in which a rule matched, or a limit was taken from or exhausted. */
  reaching(policy: string, part: string): readonly string[];
  /** As `test: case`. */
  readonly failed: readonly string[];
}

/** Runs all cases. `now` in milliseconds since 1970, for tests that do not say what time it is. */
export async function runCases(
  set: PolicySet,
  tests: readonly PolicyTestDocument[],
  now: number,
): Promise<RanCases> {
  const cases = new Map<string, string[]>();
  const failed: string[] = [];
  const reached = new ReachedParts();
  const run = new TestRun(set, now, { trace: reached });
  for (const test of tests) {
    for (const each of test.cases) {
      const parts = reached.begin();
      const { differences } = await run.run(test, each);
      const name = `${test.name}: ${each.name}`;
      if (differences.length > 0) failed.push(name);
      else for (const part of parts) add(cases, part, name);
    }
  }
  return { reaching: (policy, part) => cases.get(`${policy}/${part}`) ?? [], failed };
}

function add(cases: Map<string, string[]>, part: string, name: string): void {
  const known = cases.get(part);
  if (known === undefined) cases.set(part, [name]);
  else known.push(name);
}

/** Collects `policy/part` of the rules that match and the limits that are taken from. */
class ReachedParts implements DecisionTrace {
  readonly wantsParts = false;
  #parts = new Set<string>();

  report(event: TraceEvent): void {
    if (event.kind === 'rule' && event.result === 'matched')
      this.#parts.add(`${event.policy.name}/${event.rule.name}`);
    if (event.kind === 'limit' && event.remaining !== undefined)
      this.#parts.add(`${event.policy.name}/${event.limit.name}`);
  }

  /** Begins a new set, which decisions from now on are added to. */
  begin(): ReadonlySet<string> {
    this.#parts = new Set();
    return this.#parts;
  }
}
