import type { Program } from '../../../src/cel/interpret/program.ts';
import { decide, isAllow } from '../../../src/engine/decision/decide.ts';
import { attributes } from '../../support/attributes.ts';
import { standingStill } from '../../support/pending-decisions.ts';
import { policySet } from '../../support/policy-set.ts';

test('a variable is evaluated once for a request, however many policies apply', async () => {
  const policy = {
    match: [{ when: 'variables.v' }],
    variables: { v: "request.path == '/'", unread: "request.headers['x-none'] == ''" },
    rules: [
      { name: 'no', effect: 'deny', when: '!variables.v' },
      { name: 'yes', effect: 'allow', when: 'variables.v || variables.unread' },
    ],
    respond: { allow: { requestHeaders: { append: { 'x-v': { cel: 'string(variables.v)' } } } } },
  };
  const set = policySet({ policies: { a: policy, b: policy } });
  const evaluated: string[] = [];
  const watched = (of: string, program: Program): Program =>
    Object.create(program, {
      evaluate: {
        value: (activation: Parameters<Program['evaluate']>[0]) => {
          evaluated.push(of);
          return program.evaluate(activation);
        },
      },
    }) as Program;
  const policies = set.policies.map((each) => ({
    ...each,
    variables: new Map(
      [...each.variables].map(([name, program]) => [name, watched(`${each.name}.${name}`, program)]),
    ),
  }));
  const { decision } = await decide(attributes(), { ...set, policies }, standingStill());
  expect(isAllow(decision.outcome)).toBe(true);
  expect(evaluated.toSorted((x, y) => (x < y ? -1 : 1))).toEqual(['a.v', 'b.v']);
});
