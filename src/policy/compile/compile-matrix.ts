import { sourceOf } from '../language/document.ts';
import type { MatrixSpec } from '../language/test-document.ts';
import type { Cursor } from '../yaml/tree.ts';
import { complete } from './complete-request.ts';
import { MatrixAnswers } from './matrix-answers.ts';
import type { TestCase } from './policy-test.ts';
import { environmentsOfCase, nameIn, type RunsIn } from './test-environments.ts';
import { type CompiledNames, type Declared, takeRoom } from './test-names.ts';

/** Cases for every caller with every request of a matrix, in each of its Environments. */
export function compileMatrix(
  spec: MatrixSpec,
  at: Cursor,
  declared: Declared,
  ofTest: RunsIn,
  known: CompiledNames,
): readonly TestCase[] {
  const { callers = [], requests = [] } = spec;
  const answers = new MatrixAnswers(spec, at, known);
  const runsIn = environmentsOfCase(spec.environments, ofTest, known);
  const cases: TestCase[] = [];
  for (const who of callers) {
    const caller = declared.caller(who);
    for (const what of requests) {
      const found = declared.request(what);
      const answer = answers.of(who.value, what.value);
      if (caller === undefined || found === undefined || answer === undefined) continue;
      const request = complete(what.value, found, undefined, known.encodeCall);
      for (const environment of runsIn.names) {
        if (!takeRoom(known, what.at, request)) return cases;
        cases.push({
          name: nameIn(`${who.value} × ${what.value}`, environment, runsIn),
          from: 'matrix',
          environment,
          source: sourceOf(answer.at),
          caller,
          request,
          repeat: 1,
          after: [],
          expect: answer.value,
        });
      }
    }
  }
  return cases;
}
