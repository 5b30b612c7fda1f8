import { quoted } from '../../diagnostic/suggest.ts';
import type { CompiledPolicy } from '../../engine/set/policy-set.ts';
import { suggestion } from '../language/fields.ts';
import { report } from '../language/reader.ts';
import type { ExpectSpec } from '../language/test-expect.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { Expectation } from './policy-test.ts';
import type { CompiledNames } from './test-names.ts';

/** The reason that was meant, else those that begin with the same word, as for `body_invalid`, else where all are. */
function reasonHelp(written: string, reasons: ReadonlySet<string>): string {
  const [word = ''] = written.split(/[_-]/);
  const related = [...reasons].filter((name) => name.startsWith(`${word}_`));
  return (
    suggestion(written, reasons) ??
    (related.length === 0
      ? 'docs/reasons.md lists all reasons'
      : `reasons that begin with \`${word}\`: ${quoted(related)}`)
  );
}

/** An expected answer; reports names in it that the folder does not have. */
export function expectation(spec: ExpectSpec, known: CompiledNames): Expectation {
  const { decision, reason, status, requestHeaders, responseHeaders } = spec;
  if (reason !== undefined && known.reasons !== undefined && !known.reasons.has(reason.value)) {
    const { reasons } = known;
    report(reason.at, 'unknown_value', `unknown reason \`${reason.value}\``, () =>
      reasonHelp(reason.value, reasons),
    );
  }
  const [before, after] = spec.rule?.value.split('/', 2) ?? [];
  const policy = spec.policy?.value ?? (after === undefined ? undefined : before);
  const rule = after ?? before;
  if (!known.incomplete) reportUnknown(spec, policy, rule, known);
  const snapshot = spec.snapshot?.value;
  for (const [name, { at }] of known.incomplete ? [] : (spec.shadow ?? [])) reportShadow(name, at, known);
  const shadow = spec.shadow && new Map([...spec.shadow].map(([name, { value }]) => [name, value]));
  return {
    decision,
    reason: reason?.value,
    status,
    policy,
    rule,
    requestHeaders,
    responseHeaders,
    shadow,
    snapshot,
  };
}

/** Reports a name under `shadow` that is not a policy, and not `POLICY/RULE` of a shadow rule. */
function reportShadow(name: string, at: Cursor, { policies, partial }: CompiledNames): void {
  const [policy = '', ...rest] = name.split('/');
  if (partial.has(policy)) return;
  const found = policies.get(policy);
  if (found === undefined) {
    const rules = shadowRulesOf(policies.values());
    const exact = rules.find((each) => each.endsWith(`/${name}`));
    const help = () =>
      exact === undefined ? suggestion(policy, policies.keys()) : `did you mean \`${exact}\`?`;
    report(at, 'unknown_reference', `unknown policy \`${policy}\``, help, at.key);
    return;
  }
  const rule = rest.join('/');
  const names = found.shadowRules.map((shadow) => shadow.rule.name);
  if (rest.length === 0 || names.includes(rule)) return;
  const isOther = partNames(found).has(rule);
  const message = isOther
    ? `\`${name}\` is not in shadow mode`
    : `the policy \`${policy}\` has no shadow rule \`${rule}\``;
  const help = isOther
    ? 'expect what it decides by `decision` and `rule`, or add `mode: shadow` to the rule'
    : () => suggestion(rule, names);
  report(at, 'unknown_reference', message, help, at.key);
}

/** The shadow rules of policies, as `POLICY/RULE`. */
function shadowRulesOf(policies: Iterable<CompiledPolicy>): readonly string[] {
  return [...policies].flatMap(({ name, shadowRules }) =>
    shadowRules.map(({ rule }) => `${name}/${rule.name}`),
  );
}

/**
 * Reports policies and rules that a test expects and the folder does not have. An empty name means no policy or rule.
 */
function reportUnknown(
  spec: ExpectSpec,
  policy: string | undefined,
  rule: string | undefined,
  known: CompiledNames,
): void {
  const { policies } = known;
  const at = spec.policy?.at ?? spec.rule?.at;
  if (at === undefined) return;
  const found = policies.get(policy ?? '');
  if (policy === undefined || policy === '' ? known.partial.size > 0 : known.partial.has(policy)) return;
  if (policy !== undefined && policy !== '' && found === undefined) {
    const help = () => suggestion(policy, policies.keys());
    report(at, 'unknown_reference', `unknown policy \`${policy}\``, help);
    return;
  }
  if (rule === undefined || rule === '' || spec.rule === undefined) return;
  const names = found === undefined ? allPartNames(policies) : partNames(found);
  if (names.has(rule)) return;
  const shadow = shadowRulesOf(found === undefined ? policies.values() : [found]);
  const own = shadow.find((each) => each.endsWith(`/${rule}`));
  if (own !== undefined) {
    const message = `\`${rule}\` is a shadow rule, which never decides`;
    const help = `expect the decision that it would lead to, such as \`shadow: {${own}: deny}\``;
    report(spec.rule.at, 'unknown_reference', message, help);
    return;
  }
  const where = found === undefined ? 'no policy has' : `the policy \`${found.name}\` has no`;
  const what = found === undefined ? `a rule or limit \`${rule}\`` : `rule or limit \`${rule}\``;
  report(spec.rule.at, 'unknown_reference', `${where} ${what}`, () => suggestion(rule, names));
}

/** Names of rules and limits, by policy and for all policies: thousands of cases look them up. */
const PART_NAMES = new WeakMap<object, ReadonlySet<string>>();

function partNames(policy: CompiledPolicy): ReadonlySet<string> {
  const { denyRules, allowRules, firstLimits, lastLimits } = policy;
  return remembered(policy, () =>
    [...denyRules, ...allowRules, ...firstLimits, ...lastLimits].map(({ name }) => name),
  );
}

function allPartNames(policies: ReadonlyMap<string, CompiledPolicy>): ReadonlySet<string> {
  return remembered(policies, () => [...policies.values()].flatMap((policy) => [...partNames(policy)]));
}

function remembered(of: object, names: () => readonly string[]): ReadonlySet<string> {
  const known = PART_NAMES.get(of) ?? new Set(names());
  PART_NAMES.set(of, known);
  return known;
}
