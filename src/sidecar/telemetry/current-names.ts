import type { PolicySet } from '../../engine/set/policy-set.ts';
import type { METRICS, MetricName } from './metric-table.ts';

/** The parts of a policy set that metrics name. */
export type NamedParts = Pick<PolicySet, 'policies' | 'issuers'>;

type Label = (typeof METRICS)[MetricName]['labels'][number];

/** The names in the live policy set, by which series of names that are gone can be told. */
export interface CurrentNames {
  /** True if no value of these labels is the name of something that the live policy set does not have. */
  has(labels: readonly string[], values: readonly string[]): boolean;
}

/** Labels whose values are names from policies, of which reloads can bring any number. */
const OPEN: ReadonlySet<string> = new Set<Label>(['policy', 'rule', 'limit', 'issuer']);

/** Positions of the labels whose values are names from policies. */
export function openLabels(labels: readonly string[]): readonly number[] {
  return labels.flatMap((label, at) => (OPEN.has(label) ? [at] : []));
}

/** The names in `set`; with an undefined `set`, none. */
export function currentNames(set: NamedParts | undefined): CurrentNames {
  const issuers = new Set(set?.issuers.keys());
  const parts = new Map(
    set?.policies.map((policy) => {
      const { allowRules, denyRules, firstLimits, lastLimits } = policy;
      const named = [...allowRules, ...denyRules, ...firstLimits, ...lastLimits].map(({ name }) => name);
      return [policy.name, new Set(named)];
    }),
  );
  return {
    has(labels, values) {
      const policy = values[labels.indexOf('policy')];
      return labels.every((label, at) => {
        const value = values[at] ?? '';
        if (value === '' || !OPEN.has(label)) return true;
        if (label === 'issuer') return issuers.has(value);
        return label === 'policy' ? parts.has(value) : parts.get(policy ?? '')?.has(value) === true;
      });
    },
  };
}
