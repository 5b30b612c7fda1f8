import { types } from 'node:util';
import { openPolicyFolder } from '../../../src/cli/terminal/policy-folder.ts';
import { processTerminal } from '../../../src/cli/terminal/terminal.ts';
import { STEPS, type Step, type TraceEvent } from '../../../src/engine/decision/trace.ts';
import type { CompiledPolicy, PolicySet } from '../../../src/engine/set/policy-set.ts';
import { CoverageCount, type PolicyCount } from '../../../src/tools/coverage/count.ts';
import { TestRun } from '../../../src/tools/testing/test-run.ts';
import { type Case, type CaseFile, caseFiles } from './case-file.ts';
import { type Answered, runDirectly, setOf } from './run-case.ts';

const rows = caseFiles().flatMap((file) =>
  file.cases.map((each) => [file.topic, each.name, file, each] as const),
);

function stepOf(event: TraceEvent): Step | undefined {
  switch (event.kind) {
    case 'policy':
      return 'policies';
    case 'header':
      return 'required_headers';
    case 'limit':
      return event.step;
    case 'rule':
      return event.effect === 'deny' ? 'deny_rules' : 'allow_rules';
    case 'schema':
      return 'schemas';
    case 'response':
      return 'response';
    case 'authentication':
      return 'authentication';
    case 'verdict':
    case 'evaluation':
      return undefined;
  }
}

/** Events of enforcing policies, each decision's in a list of its own. */
function collecting(wantsParts: boolean) {
  const events: TraceEvent[] = [];
  return { wantsParts, events, report: (event: TraceEvent) => void events.push(event) };
}

const steady = ({ seen }: Answered) => seen;

describe.each([true, false])('with a trace, and the parts of expressions wanted: %s', (wantsParts) => {
  test.each(rows)('%s: %s', async (_topic, _name, file: CaseFile, each: Case) => {
    const set = setOf(file, each);
    const trace = collecting(wantsParts);
    const traced = await runDirectly(set, each, trace);
    expect(traced.map(steady)).toEqual((await runDirectly(set, each)).map(steady));
    const policies = trace.events.filter(({ kind }) => kind === 'policy');
    // A host of another service is denied before any policy is looked at.
    const looked = traced.filter(({ seen }) => seen.reason !== 'unknown_host');
    expect(policies).toHaveLength(set.policies.length * looked.length);
    // Whatever denies, a new step included, is the cause of the verdict that the trace reports.
    const verdicts = trace.events.flatMap((event) => (event.kind === 'verdict' ? [event] : []));
    const own = verdicts
      .filter(({ shadow }) => shadow === undefined)
      .map(({ cause }) => cause?.reason ?? 'allowed');
    expect(own).toEqual(traced.map(({ seen }) => seen.reason));
    expect(verdicts.length - own.length).toBe(traced.flatMap(({ seen }) => seen.shadow).length);
    const parts = trace.events.flatMap((event) => (event.kind === 'evaluation' ? event.parts : []));
    if (!wantsParts) expect(parts).toEqual([]);
  });
});

test('the events of one decision are in the order of the steps', async () => {
  let compared = 0;
  // Most cases of a topic have its policies, which are compiled once.
  const shared = new Map<CaseFile, PolicySet>();
  for (const [, , file, each] of rows) {
    const isOwn = each.policies !== undefined || each.environment !== undefined;
    const set = (isOwn ? undefined : shared.get(file)) ?? setOf(file, each);
    if (!isOwn) shared.set(file, set);
    if (set.policies.some(({ mode, shadowRules }) => mode === 'shadow' || shadowRules.length > 0)) continue;
    const trace = collecting(false);
    const answers = await runDirectly(set, each, trace);
    if (answers.length !== 1) continue;
    const steps = trace.events.flatMap((event) => stepOf(event) ?? []);
    expect([each.name, steps]).toEqual([
      each.name,
      steps.toSorted((a, b) => STEPS.indexOf(a) - STEPS.indexOf(b)),
    ]);
    compared += 1;
  }
  expect(compared).toBeGreaterThan(100);
});

test('an evaluation is reported with the program of the policy set, and the values of its parts', async () => {
  const file = caseFiles().find(({ topic }) => topic === 'rules');
  const each = file?.cases.find(({ request }) => request !== undefined);
  if (file === undefined || each === undefined) throw new Error('no case of rules');
  const set = setOf(file, each);
  const trace = collecting(true);
  await runDirectly(set, each, trace);
  const programs = new Set(
    set.policies.flatMap(({ denyRules, allowRules }) =>
      [...denyRules, ...allowRules].flatMap(({ when }) => when ?? []),
    ),
  );
  const evaluations = trace.events.flatMap((event) => (event.kind === 'evaluation' ? [event] : []));
  const ofRules = evaluations.filter(({ program }) => programs.has(program));
  expect(ofRules.length).toBeGreaterThan(0);
  for (const { program, parts, outcome } of ofRules) {
    expect(program.parts).toContain(parts.at(-1)?.part);
    expect(parts.at(-1)?.outcome).toEqual(outcome);
  }
});

describe('coverage', () => {
  let folder: Exclude<Awaited<ReturnType<typeof openPolicyFolder>>, { readonly problem: string }>;
  let set: PolicySet;

  beforeAll(async () => {
    const opened = await openPolicyFolder('policies', { ...processTerminal(), directory: process.cwd() });
    if ('problem' in opened || opened.set === undefined) throw new Error('the example does not compile');
    folder = opened;
    set = opened.set;
  });

  async function counted(policies: readonly CompiledPolicy[]): Promise<readonly PolicyCount[]> {
    const count = new CoverageCount({ ...folder, policies });
    const run = new TestRun({ ...set, policies }, Date.UTC(2026, 5, 1), { trace: count });
    for (const test of folder.tests) for (const each of test.cases) await run.run(test, each);
    return count.policies;
  }

  const summary = (policies: readonly PolicyCount[]) =>
    policies.map(({ name, applied, rules, expressions }) => ({
      name,
      applied,
      rules: rules.map((rule) => [rule.name, rule.tried, rule.matched, rule.failed]),
      evaluated: expressions.map(({ evaluated, conditions }) => [
        evaluated,
        conditions.map((each) => [each.true, each.false, each.error]),
      ]),
    }));

  test('does not depend on which members of a policy `decide` reads', async () => {
    const plain = summary(await counted(set.policies));
    expect(plain.find(({ name }) => name === 'orders-strict')?.applied).toBeGreaterThan(0);
    // As a shortcut of `decide` would have it: lists without elements are one and the same object, read by nobody.
    const none = Object.freeze([]);
    const shared = set.policies.map((policy) => {
      const lists = Object.entries(policy).filter(([, value]) => Array.isArray(value) && value.length === 0);
      return { ...policy, ...Object.fromEntries(lists.map(([name]) => [name, none])) };
    });
    expect(summary(await counted(shared))).toEqual(plain);
  });

  test('is measured on the policy set that serves: without proxies and accessors', () => {
    const seen = new Set<object>();
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return;
      seen.add(value);
      expect([path, types.isProxy(value)]).toEqual([path, false]);
      // `parts` of a program is found when first asked for.
      for (const [name, { get, value: inner }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
        if (name !== 'parts') expect([`${path}.${name}`, get]).toEqual([`${path}.${name}`, undefined]);
        visit(inner, `${path}.${name}`);
      }
    };
    for (const policy of set.policies) visit(policy, policy.name);
    expect(seen.size).toBeGreaterThan(100);
  });
});
