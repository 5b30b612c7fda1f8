import type { PolicySpec } from './policy-document.ts';
import type { RuleDocument } from './rule-document.ts';

/** The rules of a policy that are not in shadow mode. */
export function enforcedRules({ rules = [] }: Pick<PolicySpec, 'rules'>): readonly RuleDocument[] {
  return rules.filter(({ mode }) => mode !== 'shadow');
}

/** The policy with one of its rules in `enforce` mode. */
export function withEnforced(spec: PolicySpec, rule: RuleDocument): PolicySpec {
  const rules = spec.rules?.map((each) => (each === rule ? { ...each, mode: undefined } : each));
  return { ...spec, rules };
}
