import type { PolicySet } from '../../../src/engine/set/policy-set.ts';
import { type Case, type CaseFile, caseFiles } from './case-file.ts';
import { type Answered, runDirectly, setOf } from './run-case.ts';

/** The answer to a request, as a shadow verdict has it. */
interface Told {
  readonly decision: unknown;
  readonly reason: unknown;
}

interface Spec {
  readonly mode?: string;
  readonly rules?: readonly { readonly name: string; readonly mode?: string }[];
}

/** One rule of a case, which is put into shadow mode. */
interface Trial {
  readonly file: CaseFile;
  readonly each: Case;
  readonly policy: string;
  readonly rule: string;
}

/** Verdicts that were compared, and those that differ from the decision. */
const compared = { all: 0, differing: 0 };

/** One rule of each case, which are enough for all and take a tenth of the time. */
const trials = caseFiles().flatMap((file) =>
  file.cases.flatMap((each, index) => {
    const all = trialsOf(file, each);
    return all[index % all.length] ?? [];
  }),
);

test.each(caseFiles().map(({ topic }) => topic))(
  'a rule of %s in shadow mode is told as the decision with the rule enforced',
  async (topic) => {
    const found: unknown[] = [];
    for (const trial of trials) {
      if (trial.file.topic === topic) found.push(...(await differences(trial)));
    }
    expect(found).toEqual([]);
  },
);

test('many verdicts were compared, and many differ from the decision', () => {
  expect(compared.all).toBeGreaterThan(200);
  expect(compared.differing).toBeGreaterThan(50);
});

function policiesOf(file: CaseFile, each: Case): Readonly<Record<string, Spec>> {
  const all = each.only === true ? each.policies : { ...file.policies, ...each.policies };
  return (all ?? {}) as Readonly<Record<string, Spec>>;
}

function trialsOf(file: CaseFile, each: Case): readonly Trial[] {
  return Object.entries(policiesOf(file, each)).flatMap(([policy, { rules = [] }]) =>
    rules.filter(({ mode }) => mode !== 'shadow').map(({ name }) => ({ file, each, policy, rule: name })),
  );
}

async function differences({ file, each, policy, rule }: Trial): Promise<readonly unknown[]> {
  const set = setInShadow(file, each, policy, rule);
  if (set === undefined) return [];
  const enforced = await runDirectly(setOf(file, each), each);
  const shadowed = await runDirectly(set, each);
  return shadowed.flatMap(({ seen }, index) => {
    const verdict = verdictOn(seen, policy, rule);
    const wanted = enforced[index] && toldBy(enforced[index].seen, policy);
    if (verdict === undefined || wanted === undefined || isExcepted(wanted, verdict)) return [];
    compared.all += 1;
    if (verdict.decision !== seen.decision) compared.differing += 1;
    return JSON.stringify(verdict) === JSON.stringify(wanted)
      ? []
      : [{ case: each.name, policy, rule, index, wanted, verdict }];
  });
}

/** Undefined where the folder does not compile without the rule, as a claim that it reads is then not verified. */
function setInShadow(file: CaseFile, each: Case, policy: string, rule: string): PolicySet | undefined {
  const policies = policiesOf(file, each);
  const spec = policies[policy];
  const rules = spec?.rules?.map((one) => (one.name === rule ? { ...one, mode: 'shadow' } : one));
  const changed = { ...policies, [policy]: { ...spec, rules } };
  try {
    return setOf(file, { ...each, only: true, policies: changed });
  } catch {
    return undefined;
  }
}

function verdictOn({ shadow }: Answered['seen'], policy: string, rule: string): Told | undefined {
  const verdicts = shadow as readonly (Told & { of?: string; policy: string; rule: string })[];
  const found = verdicts.find((each) => each.of === 'rule' && each.policy === policy && each.rule === rule);
  return found && { decision: found.decision, reason: found.reason };
}

/** What the enforced rule leads to: of a shadow policy its verdict, else the decision. */
function toldBy({ decision, reason, shadow }: Answered['seen'], policy: string): Told {
  const verdicts = shadow as readonly (Told & { of?: string; policy: string })[];
  const own = verdicts.find((each) => each.of === undefined && each.policy === policy);
  return own === undefined ? { decision, reason } : { decision: own.decision, reason: own.reason };
}

/** Limits are not counted for a shadow rule, and nothing is answered for it that could fail. */
function isExcepted(wanted: Told, verdict: Told): boolean {
  if (wanted.reason === 'rate_limited' || verdict.reason === 'rate_limited') return true;
  return verdict.decision === 'deny' && wanted.decision === 'deny' && wanted.reason === 'policy_error';
}
