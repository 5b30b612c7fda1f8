import type { CompiledPolicy, PolicySet } from '../../engine/set/policy-set.ts';
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

/**
 * The names in `set`; with an undefined `set`, none. They are collected when they are first asked for: a swap of 10,000
 * rules must not take the time, in which no request is decided.
 */
export function currentNames(set: NamedParts | undefined): CurrentNames {
  const collected = new Map<string, ReadonlySet<string>>();
  let policies: ReadonlyMap<string, CompiledPolicy> | undefined;
  const policyOf = (name: string): CompiledPolicy | undefined => {
    policies ??= new Map(set?.policies.map((policy) => [policy.name, policy]));
    return policies.get(name);
  };
  const partsOf = (name: string): ReadonlySet<string> => {
    let parts = collected.get(name);
    if (parts === undefined) {
      parts = namesIn(policyOf(name));
      collected.set(name, parts);
    }
    return parts;
  };
  return {
    has(labels, values) {
      const policy = values[labels.indexOf('policy')];
      return labels.every((label, at) => {
        const value = values[at] ?? '';
        if (value === '' || !OPEN.has(label)) return true;
        if (label === 'issuer') return set?.issuers.has(value) === true;
        return label === 'policy' ? policyOf(value) !== undefined : partsOf(policy ?? '').has(value);
      });
    },
  };
}

function namesIn(policy: CompiledPolicy | undefined): ReadonlySet<string> {
  if (policy === undefined) return NO_NAMES;
  const { allowRules, denyRules, shadowRules, firstLimits, lastLimits } = policy;
  const rules = [...allowRules, ...denyRules, ...shadowRules.map(({ rule }) => rule)];
  return new Set([...rules, ...firstLimits, ...lastLimits].map(({ name }) => name));
}

const NO_NAMES: ReadonlySet<string> = new Set();
