import type { Decision } from '../../engine/decision/decide.ts';
import {
  covers,
  disjointPart,
  type EntryPair,
  type MatchEntry,
  type MatchPart,
  selections,
} from '../compile/match-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { listed, placeOf } from '../compile/written-places.ts';
import { report } from '../language/reader.ts';
import type { RuleDocument } from '../language/rule-document.ts';
import { enforcedRules } from '../language/rule-mode.ts';
import { isPlain, type PolicyContext, plainDenies } from './policy-context.ts';
import { sampleCaller, sampleToken } from './sample-caller.ts';
import { sampleRequest } from './sample-request.ts';
import type { Trials } from './trials.ts';

/** Reports rules that have no effect, and allow rules that every caller satisfies. */
export function lintRules(policy: WrittenPolicy, context: PolicyContext, trials: Trials): void {
  for (const rule of policy.spec.rules ?? []) reportDisjoint(rule, policy);
  const others = context.of(policy);
  reportShadowed(policy, others, trials);
  reportRepeated(policy, others, trials);
  reportOpen(policy, others, trials);
}

/** Reports entries of a rule's `match` that have no request in common with the `match` of the policy. */
function reportDisjoint(rule: RuleDocument, { spec }: WrittenPolicy): void {
  const outer = spec.match ?? [];
  const entries = rule.match ?? [];
  if (outer.length === 0 || outer.length * entries.length > 10_000) return;
  const differences = entries.map((entry) => differenceOf(entry, outer));
  const isWhole = differences.length > 0 && differences.every((each) => each !== undefined);
  for (const [index, difference] of differences.entries()) {
    const entry = placeOf(rule.at, 'match', index);
    if (difference === undefined || entry === undefined) continue;
    const { part, help } = difference;
    const place = (part && placeOf(entry, part)) ?? entry;
    const what = part === undefined ? 'that fits this entry' : `with one of these ${part}`;
    report(place, 'rule_never_matches', `the policy applies to no request ${what}`, help, place.key);
    // One diagnostic is enough if all entries differ in the same part.
    if (isWhole && differences.every((other) => other?.part === part)) break;
  }
}

/** The difference of an entry of a rule to all entries of its policy. */
interface Difference {
  /** Undefined if it is not the same part for every entry of the policy. */
  readonly part: MatchPart | undefined;
  readonly help: string;
}

function differenceOf(entry: MatchEntry, outer: readonly MatchEntry[]): Difference | undefined {
  const parts = outer.map((each) => disjointPart(each, entry));
  const [part] = parts;
  if (part === undefined || parts.includes(undefined)) return undefined;
  if (!parts.every((other) => other === part)) {
    return { part: undefined, help: 'the `match` of a rule narrows the `match` of its policy' };
  }
  const selected = outer.flatMap((each) => textsOf(each, part));
  return { part, help: `the \`match\` of the policy selects ${listed([...new Set(selected)])}` };
}

function textsOf(entry: MatchEntry, part: MatchPart): readonly string[] {
  if (part === 'methods') return entry.methods ?? [];
  return (entry[part] ?? []).map(({ text }) => text);
}

/** Reports allow rules for requests that a deny rule without condition denies: deny rules are evaluated first. */
function reportShadowed(policy: WrittenPolicy, others: readonly WrittenPolicy[], trials: Trials): void {
  const { spec } = policy;
  const own = plainDenies(policy);
  const denies = [...own, ...others.flatMap(plainDenies)];
  const allows = enforcedRules(spec).filter(({ effect }) => effect === 'allow');
  if (denies.length === 0 || allows.length === 0) return;
  const selected = selections(spec.match, undefined);
  const total = own.find(({ rule }) => covers(rule.match, selected));
  if (total !== undefined) {
    const place = placeOf(total.rule.at, 'name') ?? total.rule.at;
    const message = 'this rule denies every request of the policy, so no allow rule has an effect';
    const help = 'narrow it with `match` or `when`, or remove the allow rules';
    const example = exampleIn(selected, trials, ({ reason }) => reason === 'rule_denied');
    report(place, 'deny_shadows_all', message, help, undefined, example);
    return;
  }
  for (const { match, at } of allows) {
    const allowed = selections(spec.match, match);
    const deny = allowed.length === 0 ? undefined : denies.find(({ rule }) => covers(rule.match, allowed));
    if (deny === undefined) continue;
    const of = deny.policy === policy ? '' : ` of the policy \`${deny.policy.name}\``;
    const message = `the rule \`${deny.rule.name ?? ''}\`${of} denies every request that this rule could allow`;
    const help = 'all deny rules are evaluated before the first allow rule, in any order of writing';
    const example = exampleIn(allowed, trials, ({ reason }) => reason === 'rule_denied');
    report(placeOf(at, 'name') ?? at, 'rule_never_matches', message, help, undefined, example);
  }
}

/** Most comparisons of the rules of one policy. */
const MOST_PAIRS = 10_000;

/** Reports rules whose requests an earlier rule of the same effect takes without a condition. */
function reportRepeated(policy: WrittenPolicy, others: readonly WrittenPolicy[], trials: Trials): void {
  const { name, spec } = policy;
  // Of these, the missing condition is the mistake.
  const open = openRules(policy, others);
  for (const effect of ['allow', 'deny'] as const) {
    const rules = enforcedRules(spec).filter((rule) => rule.effect === effect);
    const plain = rules.filter((rule) => isPlain(rule) && !open.includes(rule));
    if (plain.length * rules.length > MOST_PAIRS) continue;
    for (const [index, rule] of rules.entries()) {
      const selected = selections(spec.match, rule.match);
      if (selected.length === 0 || !isLastWord(rule, effect)) continue;
      const earlier = plain.find((one) => rules.indexOf(one) < index && covers(one.match, selected));
      if (earlier === undefined) continue;
      const example = exampleIn(
        selected,
        trials,
        (decision) => decision.policy === name && decision.rule === earlier.name,
      );
      if (example.length === 0) continue;
      const message = `the rule \`${earlier.name ?? ''}\` before it ${VERBS[effect]} every request that this rule selects`;
      report(
        placeOf(rule.at, 'name') ?? rule.at,
        'rule_never_matches',
        message,
        HELPS[effect],
        undefined,
        example,
      );
    }
  }
}

const VERBS = { allow: 'allows', deny: 'denies' } as const;
const HELPS = {
  allow: 'its conditions have no effect: narrow the rule before it, or remove one of the two',
  deny: 'its `status` and `message` are never sent: put it before the other rule, or remove it',
} as const;

/** True if it matters that the rule never decides: an allow rule with a condition, a deny rule with an own answer. */
function isLastWord(rule: RuleDocument, effect: 'allow' | 'deny'): boolean {
  if (rule.expires !== undefined) return false;
  return effect === 'allow' ? !isPlain(rule) : rule.status !== undefined || rule.message !== undefined;
}

/** The answer to a request of the selections, as the examples of a diagnostic; empty if the engine gives another. */
function exampleIn(
  pairs: readonly EntryPair[],
  trials: Trials,
  isExpected: (decision: Decision) => boolean,
): readonly string[] {
  for (const [outer = {}, inner] of pairs.slice(0, MOST_EXAMPLES)) {
    const request = sampleRequest(outer, inner);
    if (request === undefined) continue;
    const governing = trials.policiesFor(request);
    const caller = sampleCaller(governing);
    // A request without a token says more where none is required.
    for (const token of [undefined, sampleToken(governing)]) {
      const confirmed = trials.confirm({ ...request, caller, token }, isExpected);
      if (confirmed !== undefined) return [confirmed.text];
    }
  }
  return [];
}

/** Requests that are tried for one diagnostic. */
const MOST_EXAMPLES = 5;

/** Reports allow rules of a policy without authentication, unless another policy for its requests authenticates. */
function reportOpen(policy: WrittenPolicy, others: readonly WrittenPolicy[], trials: Trials): void {
  for (const rule of openRules(policy, others)) {
    const who = rule.except === undefined ? 'every caller' : 'every caller that `except` does not name';
    const message = `this rule allows ${who}: it requires no certificate, no token and no condition`;
    const help =
      'name callers by `from`, require `mtls` or `jwt` under `authenticate`, or add a condition with `when`';
    const example = exampleIn(selections(policy.spec.match, rule.match), trials, isAllowed);
    report(placeOf(rule.at, 'name') ?? rule.at, 'open_allow', message, help, undefined, example);
  }
}

function isAllowed({ reason }: Decision): boolean {
  return reason === 'allowed';
}

/** The allow rules that every caller satisfies, whatever the request is beside its method, host and path. */
export function openRules(policy: WrittenPolicy, others: readonly WrittenPolicy[]): readonly RuleDocument[] {
  const { spec } = policy;
  const rules = enforcedRules(spec);
  if (authenticates(policy) || spec.match?.some(({ when }) => when !== undefined) === true) return [];
  if (rules.some((rule) => rule.effect === 'deny' && (hasCondition(rule) || readsIdentity(rule)))) return [];
  if (others.some(isGuard)) return [];
  return rules.filter((rule) => rule.effect === 'allow' && !hasCondition(rule));
}

function authenticates({ spec }: WrittenPolicy): boolean {
  const { mtls, jwt } = spec.authenticate ?? {};
  return mtls !== undefined || spec.from !== undefined || (jwt !== undefined && jwt.required !== false);
}

/** An `except` alone lets anonymous callers through. */
function hasCondition({ match, from, when }: RuleDocument): boolean {
  return (
    when !== undefined || from !== undefined || match?.some((entry) => entry.when !== undefined) === true
  );
}

/** True if a policy authenticates callers, or denies some by a condition on their identity. */
function isGuard(policy: WrittenPolicy): boolean {
  return (
    authenticates(policy) ||
    enforcedRules(policy.spec).some((rule) => rule.effect === 'deny' && readsIdentity(rule))
  );
}

function readsIdentity({ match, from, except, when }: RuleDocument): boolean {
  if (from !== undefined || except !== undefined) return true;
  const sources = [when, ...(match ?? []).map((entry) => entry.when)].map((each) => each?.source ?? '');
  return sources.some((source) => /\b(?:source|caller|jwt|connection|variables)\b/.test(source));
}
