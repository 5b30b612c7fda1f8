import type { CompiledPolicy, CompiledRule, PolicySet, SourceLocation } from '../../engine/set/policy-set.ts';
import type { PolicyLocations } from '../../policy/compile/policy-locations.ts';
import type { PolicyTestDocument, TestCase } from '../../policy/compile/policy-test.ts';
import { rulesOf } from '../../tools/testing/match-text.ts';

/** What implements the controls of a folder. */
export interface Report {
  /** In order of name. */
  readonly controls: readonly ReportedControl[];
  /** Names of policies that no control asks for. */
  readonly uncontrolled: readonly string[];
  /** In order of name, those without a control included. */
  readonly policies: readonly ReportedPolicy[];
}

export interface ReportedControl {
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
  /** Cases that expect it to decide, as `test: case`. */
  readonly tests: readonly string[];
  /** When an exception ends, RFC 3339, and why there is one; null for a rule that is none. */
  readonly expires: string | null;
  readonly reason: string | null;
}

/** Gathers what a folder says about its controls. */
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

/** Whether a case expects the rule to decide. One that names no policy means the only one with such a rule. */
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

/** The end of an exception, of a rule that has one. */
function exceptionOf({ expires, reason }: CompiledRule): Pick<ReportedRule, 'expires' | 'reason'> {
  return { expires: expires === undefined ? null : new Date(expires).toISOString(), reason: reason ?? null };
}
