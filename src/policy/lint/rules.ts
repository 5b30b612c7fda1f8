import { apartBy, covers, type MatchEntry, type MatchPart, selections } from '../compile/match-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { listed, placeOf } from '../compile/written-places.ts';
import type { RuleDocument } from '../language/policy-document.ts';
import { report } from '../language/reader.ts';
import { type PolicyContext, plainDenies } from './policy-context.ts';

/** Tells of rules that never matter, and of those that let anybody in. */
export function lintRules(policy: WrittenPolicy, around: PolicyContext): void {
  for (const rule of policy.spec.rules ?? []) tellApart(rule, policy);
  const others = around.of(policy);
  tellShadowed(policy, others);
  tellOpen(policy, others);
}

/** Entries of a rule's `match` that no entry of the policy's has a request in common with. */
function tellApart(rule: RuleDocument, { spec }: WrittenPolicy): void {
  const outer = spec.match ?? [];
  const entries = rule.match ?? [];
  if (outer.length === 0 || outer.length * entries.length > 10_000) return;
  const apart = entries.map((entry) => whyApart(entry, outer));
  const isWhole = apart.length > 0 && apart.every((why) => why !== undefined);
  for (const [index, why] of apart.entries()) {
    const entry = placeOf(rule.at, 'match', index);
    if (why === undefined || entry === undefined) continue;
    const place = (why.part && placeOf(entry, why.part)) ?? entry;
    const what = why.part === undefined ? 'fits this entry' : `has one of these ${why.part}`;
    const message = `no request that the policy governs ${what}`;
    report(place, 'rule_never_matches', message, why.help, place.key);
    // One is enough where all are told for the same reason.
    if (isWhole && apart.every((other) => other?.part === why.part)) break;
  }
}

interface Apart {
  /** Undefined: not the same part for every entry of the policy. */
  readonly part: MatchPart | undefined;
  readonly help: string;
}

function whyApart(entry: MatchEntry, outer: readonly MatchEntry[]): Apart | undefined {
  const parts = outer.map((each) => apartBy(each, entry));
  const [part] = parts;
  if (part === undefined || parts.includes(undefined)) return undefined;
  if (!parts.every((other) => other === part)) {
    return { part: undefined, help: 'a rule’s `match` narrows that of its policy' };
  }
  const selected = outer.flatMap((each) => textsOf(each, part));
  return { part, help: `the policy’s own \`match\` selects ${listed([...new Set(selected)])}` };
}

function textsOf(entry: MatchEntry, part: MatchPart): readonly string[] {
  if (part === 'methods') return entry.methods ?? [];
  return (entry[part] ?? []).map(({ text }) => text);
}

/** Allow rules whose every request a deny rule without condition denies: deny rules are asked first. */
function tellShadowed(policy: WrittenPolicy, others: readonly WrittenPolicy[]): void {
  const { spec } = policy;
  const own = plainDenies(policy);
  const denies = [...own, ...others.flatMap(plainDenies)];
  const allows = (spec.rules ?? []).filter(({ effect }) => effect === 'allow');
  if (denies.length === 0 || allows.length === 0) return;
  const governed = selections(spec.match, undefined);
  const total = own.find(({ rule }) => covers(rule.match, governed));
  if (total !== undefined) {
    const place = placeOf(total.rule.at, 'name') ?? total.rule.at;
    const message = 'this denies every request of the policy, so that none of its rules can allow one';
    const help = 'narrow it by `match` or `when`, or take the allow rules out';
    report(place, 'deny_shadows_all', message, help);
    return;
  }
  for (const { match, at } of allows) {
    const allowed = selections(spec.match, match);
    const deny = allowed.length === 0 ? undefined : denies.find(({ rule }) => covers(rule.match, allowed));
    if (deny === undefined) continue;
    const of = deny.policy === policy ? '' : ` of the policy \`${deny.policy.name}\``;
    const message = `whatever this could allow, \`${deny.rule.name ?? ''}\`${of} denies`;
    const help = 'every deny rule is asked before the first allow rule, wherever it stands';
    report(placeOf(at, 'name') ?? at, 'rule_never_matches', message, help);
  }
}

/** Allow rules of a policy that asks nobody who they are, where no policy around it does. */
function tellOpen(policy: WrittenPolicy, others: readonly WrittenPolicy[]): void {
  const { spec } = policy;
  const { rules = [] } = spec;
  if (asksWho(policy) || spec.match?.some(({ when }) => when !== undefined) === true) return;
  if (rules.some((rule) => rule.effect === 'deny' && hasCondition(rule))) return;
  if (others.some(isGuard)) return;
  for (const rule of rules) {
    if (rule.effect !== 'allow' || hasCondition(rule)) continue;
    const message = 'anybody may: neither a peer nor a token nor a condition is asked for';
    const help = 'ask for `mtls` or `jwt` under `authenticate`, or say with `when` who may';
    report(placeOf(rule.at, 'name') ?? rule.at, 'open_allow', message, help);
  }
}

function asksWho({ spec }: WrittenPolicy): boolean {
  const { mtls, jwt } = spec.authenticate ?? {};
  return mtls !== undefined || (jwt !== undefined && jwt.required !== false);
}

function hasCondition({ match, when }: RuleDocument): boolean {
  return when !== undefined || match?.some((entry) => entry.when !== undefined) === true;
}

/** Whether a policy asks who sends a request, or denies some by what they say of that. */
function isGuard(policy: WrittenPolicy): boolean {
  return (
    asksWho(policy) || policy.spec.rules?.some((rule) => rule.effect === 'deny' && readsWho(rule)) === true
  );
}

function readsWho({ match, when }: RuleDocument): boolean {
  const sources = [when, ...(match ?? []).map((entry) => entry.when)].map((each) => each?.source ?? '');
  return sources.some((source) => /\b(?:source|jwt|connection|variables)\b/.test(source));
}
