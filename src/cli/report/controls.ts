import type { CompiledPolicy, CompiledRule, PolicySet, SourceLocation } from '../../engine/set/policy-set.ts';
import type { PolicyLocations } from '../../policy/compile/policy-locations.ts';
import type { PolicyTestDocument, TestCase } from '../../policy/compile/policy-test.ts';
import { rulesOf } from '../../tools/testing/match-text.ts';

/** Controls of a folder and the policies that implement them. */
export interface Report {
  /** In order of name. */
  readonly controls: readonly ReportedControl[];
  /** Names of policies without a control. */
  readonly uncontrolled: readonly string[];
  /** In order of name, with those without a control. */
  readonly policies: readonly ReportedPolicy[];
}

interface ReportedControl {
  readonly control: string;
  readonly policies: readonly ReportedPolicy[];
}

export interface ReportedPolicy {
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly mode: CompiledPolicy['mode'];
  readonly controls: readonly string[];
  readonly file: string;
  readonly line: number;
  readonly rules: readonly ReportedRule[];
}

export interface ReportedRule {
  /** Name of the rule or limit. */
  readonly name: string;
  readonly effect: 'allow' | 'deny' | 'limit';
  readonly file: string;
  readonly line: number;
  /** Test cases that expect the rule to decide, as `test: case`. */
  readonly tests: readonly string[];
  /** End of an exception, RFC 3339; null for a rule that is not an exception. */
  readonly expires: string | null;
  /** Reason of an exception. */
  readonly reason: string | null;
}

/** Collects the controls of a policy set; `shown` is the path of a file for the user. */
export function reportOf(
  { policies }: Pick<PolicySet, 'policies'>,
  tests: readonly PolicyTestDocument[],
  shown: (file: string) => string,
  placesIn: (policy: CompiledPolicy) => PolicyLocations | undefined,
): Report {
  const cases = tests.flatMap((test) => test.cases.map((each) => ({ test: test.name, each })));
  const reported = policies.map((policy): ReportedPolicy => {
    const { name, description, owner, mode, controls, source } = policy;
    const part = (effect: ReportedRule['effect'], { name: part, source: place }: Part): ReportedRule => ({
      name: part,
      effect,
      ...at(place, shown),
      tests: cases
        .filter(({ each }) => expects(each, policy, part, policies))
        .map(({ test, each }) => `${test}: ${each.name}`),
      expires: null,
      reason: null,
    });
    const limits = [...policy.firstLimits, ...policy.lastLimits];
    const places = limits.length === 0 ? undefined : placesIn(policy);
    const rules = [
      ...rulesOf(policy).map(({ effect, rule }) => ({ ...part(effect, rule), ...exceptionOf(rule) })),
      ...limits.map((limit) =>
        part('limit', { name: limit.name, source: places?.limit(limit.name) ?? source }),
      ),
    ];
    return { name, description, owner, mode, controls, ...at(source, shown), rules };
  });
  const names = [...new Set(reported.flatMap(({ controls }) => controls))].sort();
  return {
    controls: names.map((control) => ({
      control,
      policies: reported.filter(({ controls }) => controls.includes(control)),
    })),
    uncontrolled: reported.filter(({ controls }) => controls.length === 0).map(({ name }) => name),
    policies: reported,
  };
}

type Part = Pick<CompiledRule, 'name' | 'source'>;

function at({ file, line }: SourceLocation, shown: (file: string) => string) {
  return { file: shown(file), line };
}

/** True if a case expects the rule to decide. Without a policy, it means the only one with a rule of that name. */
function expects(
  { expect: { policy, rule } }: TestCase,
  { name }: CompiledPolicy,
  part: string,
  policies: readonly CompiledPolicy[],
): boolean {
  if (rule !== part) return false;
  if (policy !== undefined && policy !== '') return policy === name;
  const having = policies.filter((each) => partNames(each).includes(part));
  return having.length === 1;
}

function partNames(policy: CompiledPolicy): readonly string[] {
  const limits = [...policy.firstLimits, ...policy.lastLimits];
  return [...rulesOf(policy).map(({ rule }) => rule.name), ...limits.map(({ name }) => name)];
}

/** End and reason of a rule that is an exception. */
function exceptionOf({ expires, reason }: CompiledRule): Pick<ReportedRule, 'expires' | 'reason'> {
  return { expires: expires === undefined ? null : new Date(expires).toISOString(), reason: reason ?? null };
}
