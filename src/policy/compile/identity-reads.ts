import type { EnvironmentValues } from '../../engine/set/policy-set.ts';
import type { PolicySpec } from '../language/policy-document.ts';
import { report } from '../language/reader.ts';
import type { Expression } from '../language/values.ts';
import { namesPeers } from './compile-callers.ts';
import { firstRead, type ValidExpression } from './expressions.ts';
import { expressionsIn } from './expressions-in.ts';
import { covers, disjointPart, type EntryPair, entriesOf, selections } from './match-relations.ts';
import type { CompiledExpressions, WrittenPolicy } from './policy-compiler.ts';

/** A root that has values only where a policy authenticates, with its diagnostics. */
export interface IdentityRoot {
  readonly root: 'jwt' | 'caller';
  readonly isKnownBy: (spec: PolicySpec) => boolean;
  /** Name whose read shows that the author has thought of requests without a value. */
  readonly test: string;
  readonly never: 'token_never_verified' | 'caller_never_known';
  readonly sometimes: 'token_not_always_verified' | 'caller_not_always_known';
  readonly what: string;
  readonly help: string;
}

export const ROOTS: readonly IdentityRoot[] = [
  {
    root: 'jwt',
    isKnownBy: ({ authenticate }) => authenticate?.jwt !== undefined,
    test: 'jwt.present',
    never: 'token_never_verified',
    sometimes: 'token_not_always_verified',
    what: 'verifies a token',
    help: 'add `jwt` under `authenticate`, here or in a policy that applies to these requests',
  },
  {
    root: 'caller',
    isKnownBy: (spec) => spec.authenticate?.mtls !== undefined || namesPeers(spec),
    test: 'caller.via',
    never: 'caller_never_known',
    sometimes: 'caller_not_always_known',
    what: 'authenticates a peer',
    help: 'add `mtls` under `authenticate`, here or in a policy that applies to these requests',
  },
];

/** Bound on the comparisons of one expression with policies. Beyond it there is no diagnostic. */
export const MOST_COMPARISONS = 100_000;

/**
 * Reports expressions that read `jwt` or `caller` where no enforcing policy that applies to the same requests
 * authenticates: a deny rule on them would never deny. Warns where only some of the requests have such a policy.
 */
export function reportIdentityReads(
  compiled: readonly CompiledExpressions[],
  environments: ReadonlyMap<string, EnvironmentValues>,
): void {
  const shadows = shadowsOf(environments);
  for (const root of ROOTS) {
    const guards = compiled.map(({ policy }) => policy).filter(({ spec }) => root.isKnownBy(spec));
    for (const each of compiled) {
      if (root.isKnownBy(each.policy.spec)) continue;
      const reading = each.valid.filter(({ program }) => reads(each.allReads(program), root.root));
      if (reading.length === 0) continue;
      const places = selectionsOf(each.policy.spec);
      for (const expression of reading) reportRead(expression, { each, root, guards, places, shadows });
    }
  }
}

/** The shadow policies of each Environment; none, once, without Environments. */
export type Shadows = readonly Pick<EnvironmentValues, 'shadow'>[];

export function shadowsOf(environments: ReadonlyMap<string, EnvironmentValues>): Shadows {
  return environments.size === 0 ? [{ shadow: new Set<string>() }] : [...environments.values()];
}

interface Reading {
  readonly each: CompiledExpressions;
  readonly root: IdentityRoot;
  readonly guards: readonly WrittenPolicy[];
  readonly places: ReadonlyMap<Expression, readonly EntryPair[]>;
  readonly shadows: Shadows;
}

function reportRead(valid: ValidExpression, { each, root, guards, places, shadows }: Reading): void {
  const { expression, program } = valid;
  const selected = places.get(expression);
  // Variables are evaluated only where another expression reads them.
  if (selected === undefined || selected.length * guards.length > MOST_COMPARISONS) return;
  // Nothing is read where a rule never matches, about which lint warns.
  if (selected.length === 0) return;
  const relations = relationsOf(selected, guards, each.policy, shadows);
  const all = each.allReads(program);
  const isNever = relations.includes('none');
  if (!isNever && (!relations.includes('some') || all.has(root.test))) return;
  const direct = reads(program.reads, root.root);
  const through = direct
    ? undefined
    : [...program.reads].find((read) => reads(each.allReads({ reads: new Set([read]) }), root.root));
  const subject = through === undefined ? `\`${root.root}\`` : `\`${through}\` reads \`${root.root}\`, which`;
  const place = firstRead(expression, program, through ?? root.root);
  if (isNever) {
    const message = `${subject} is always empty: no policy that applies to the same requests ${root.what}`;
    report(expression.at, root.never, message, root.help, place);
    return;
  }
  const message = `${subject} is empty for some requests: no policy that applies to them ${root.what}`;
  const help = `${root.help}, or test \`${root.test}\``;
  report(expression.at, root.sometimes, message, help, place);
}

/** The relation of the selected requests of a policy to `guards`, in each Environment in which it counts. */
export function relationsOf(
  selected: readonly EntryPair[],
  guards: readonly WrittenPolicy[],
  { name, spec }: WrittenPolicy,
  shadows: Shadows,
): readonly ('none' | 'some' | 'all')[] {
  return shadows
    .filter(({ shadow }) => spec.mode === 'shadow' || !shadow.has(name))
    .map(({ shadow }) => relationOf(selected, guards, shadow));
}

/** The part of the selected requests to which a policy of `guards` applies, with those in `shadow` left out. */
function relationOf(
  selected: readonly EntryPair[],
  guards: readonly WrittenPolicy[],
  shadow: ReadonlySet<string>,
): 'none' | 'some' | 'all' {
  const enforcing = guards.filter(({ name, spec }) => spec.mode !== 'shadow' && !shadow.has(name));
  const meeting = enforcing.filter(({ spec }) => mayMeet(spec, selected));
  if (meeting.length === 0) return 'none';
  return selected.every((pair) => meeting.some(({ spec }) => covers(spec.match, [pair]))) ? 'all' : 'some';
}

/** True if a policy may apply to some of the selected requests. */
export function mayMeet({ match }: PolicySpec, selected: readonly EntryPair[]): boolean {
  return entriesOf(match).some((entry) =>
    selected.some((pair) => pair.every((part) => disjointPart(part, entry) === undefined)),
  );
}

/** The requests for which each expression of a policy is evaluated, by its rule or schema. */
export function selectionsOf({
  match,
  rules = [],
  schemas = [],
  limits = [],
  respond,
}: PolicySpec): ReadonlyMap<Expression, readonly EntryPair[]> {
  const places = new Map<Expression, readonly EntryPair[]>();
  const outer = selections(match, undefined);
  for (const expression of expressionsIn([limits, respond])) places.set(expression, outer);
  for (const part of [...rules, ...schemas]) {
    const inner = selections(match, part.match);
    for (const expression of expressionsIn(part)) places.set(expression, inner);
  }
  return places;
}

function reads(names: ReadonlySet<string>, root: string): boolean {
  return [...names].some((name) => name === root || name.startsWith(`${root}.`));
}
