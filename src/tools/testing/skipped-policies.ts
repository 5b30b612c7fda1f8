import type { PolicyEvent } from '../../engine/decision/trace.ts';
import type { MatchEntryResult } from '../../engine/set/match.ts';
import type { CompiledPolicy } from '../../engine/set/policy-set.ts';
import type { Expectation } from '../../policy/compile/policy-test.ts';
import { mismatchText, rulesOf } from './match-text.ts';

/** A policy that did not apply to a request, and the reason. */
export interface SkippedPolicy {
  readonly name: string;
  /** The part of each entry of its `match` that does not fit: `the path is not /api/orders`. */
  readonly why: string;
}

/** Number of policies that are named if none applied. */
const MOST_NEAR = 3;

/** Order in which the parts of an entry are compared: a later one is nearer to a match. */
const NEARNESS: readonly MatchEntryResult['result'][] = [
  'host',
  'method',
  'path',
  'when',
  'failed',
  'selected',
];

/**
 * The policies that a case is about and that did not apply: those that it expects, and those that came nearest if none
 * applied.
 */
export function skippedPolicies(events: readonly PolicyEvent[], expect: Expectation): readonly PolicyEvent[] {
  const skipped = events.filter(({ result }) => result === 'does_not_apply');
  const expected = skipped.filter(({ policy }) => expects(expect, policy));
  if (expected.length > 0) return expected;
  const applies = events.some(
    ({ policy, result }) => policy.mode === 'enforce' && result !== 'does_not_apply',
  );
  if (applies) return [];
  const near = skipped.filter((event) => nearness(event) > 0);
  return (near.length > 0 ? near : skipped)
    .toSorted((a, b) => nearness(b) - nearness(a) || (a.policy.name < b.policy.name ? -1 : 1))
    .slice(0, MOST_NEAR);
}

export function skippedText({ policy, entries }: PolicyEvent): SkippedPolicy {
  return { name: policy.name, why: mismatchesText(entries) };
}

/** Parts that do not fit in each entry of a match, with the place of the entry if there are several. */
export function mismatchesText(entries: readonly MatchEntryResult[]): string {
  const [first] = entries;
  if (first === undefined) return '';
  if (entries.length === 1) return mismatchText(first.entry, first.result);
  return entries
    .map(({ entry, result }, index) => `match[${index}]: ${mismatchText(entry, result)}`)
    .join('; ');
}

function expects({ policy, rule, shadow }: Expectation, { name, ...compiled }: CompiledPolicy): boolean {
  if (policy !== undefined && policy !== '') return policy === name;
  const told = [...(shadow ?? [])].filter(([, verdict]) => verdict !== null).map(([of]) => of);
  if (told.some((of) => of === name || of.startsWith(`${name}/`))) return true;
  if (rule === undefined || rule === '') return false;
  const { firstLimits, lastLimits } = compiled;
  return (
    rulesOf({ name, ...compiled }).some((each) => each.rule.name === rule) ||
    [...firstLimits, ...lastLimits].some((limit) => limit.name === rule)
  );
}

function nearness({ entries }: PolicyEvent): number {
  return Math.max(0, ...entries.map(({ result }) => NEARNESS.indexOf(result)));
}
