import type { PathPattern } from '../../engine/request/path-pattern.ts';
import { containsPath, pathsOverlap } from '../../engine/request/pattern-relations.ts';
import { expressionsIn } from '../compile/expressions-in.ts';
import { entriesOf, type MatchEntry, selections } from '../compile/match-relations.ts';
import type { PolicySpec } from '../language/policy-document.ts';
import type { Expression } from '../language/values.ts';

/** Most pairs of patterns that are compared for one rule. Beyond it nothing is reported. */
const MOST_PAIRS = 1_000;
/** Longest list of patterns that is looked at, which compares each with those before it. */
const LONGEST = 100;

/** A pattern that may have selected a request; undefined for an entry without `paths`. */
type Selecting = PathPattern | undefined;

/**
 * The path parameters that surely have values where an expression of a policy is evaluated: those in every pattern that
 * may have selected the request.
 */
export class PathParameters {
  /** Names of all parameters of the policy. */
  readonly #all = new Set<string>();
  readonly #selecting = new Map<Expression, readonly Selecting[]>();

  constructor(spec: PolicySpec) {
    const { match, rules = [], schemas = [], limits, respond } = spec;
    for (const entry of [match, ...[...rules, ...schemas].map((part) => part.match)].flatMap(entriesOf)) {
      for (const pattern of entry.paths ?? []) for (const name of namesOf(pattern)) this.#all.add(name);
    }
    if (this.#all.size === 0) return;
    if ([match, ...rules.map((rule) => rule.match)].some(isTooLong)) return;
    const outer = entriesOf(match).flatMap(patternsOf);
    for (const each of [...expressionsIn(limits), ...expressionsIn(respond)])
      this.#selecting.set(each, outer);
    for (const rule of rules) if (rule.when !== undefined) this.#selecting.set(rule.when, inner(spec, rule));
  }

  /** True if some pattern of the policy has a parameter of this name. */
  has(name: string): boolean {
    return this.#all.has(name);
  }

  /** A pattern that may have selected the request and lacks the parameter; undefined if all have it, or it is not known. */
  lacking(expression: Expression, name: string): { readonly pattern: Selecting } | undefined {
    const selecting = this.#selecting.get(expression) ?? [];
    const lacking = selecting.findIndex(
      (pattern) => pattern === undefined || !namesOf(pattern).includes(name),
    );
    return lacking === -1 ? undefined : { pattern: selecting[lacking] };
  }
}

/** The patterns whose parameters a rule reads: its own, or where these have none, those of the policy. */
function inner({ match }: PolicySpec, rule: Pick<PolicySpec, 'match'>): readonly Selecting[] {
  const found = new Set<Selecting>();
  let pairs = 0;
  for (const [outer = {}, own = {}] of selections(match, rule.match)) {
    const all = patternsOf(outer);
    for (const pattern of patternsOf(own)) {
      if (pattern !== undefined && namesOf(pattern).length > 0) {
        found.add(pattern);
        continue;
      }
      pairs += all.length;
      if (pairs > MOST_PAIRS) return [];
      for (const other of all) {
        const overlap = pattern === undefined || other === undefined || pathsOverlap(pattern, other);
        if (overlap) found.add(other ?? pattern);
      }
    }
  }
  return [...found];
}

/** The patterns of an entry that select some request: the first one that matches gives the parameters. */
function patternsOf({ paths }: MatchEntry): readonly Selecting[] {
  return (
    paths?.filter((one, index) => !paths.slice(0, index).some((before) => containsPath(before, one))) ?? [
      undefined,
    ]
  );
}

function isTooLong(match: readonly MatchEntry[] | undefined): boolean {
  return entriesOf(match).some(({ paths }) => (paths?.length ?? 0) > LONGEST);
}

function namesOf({ segments }: PathPattern): readonly string[] {
  return segments.flatMap((segment) => (segment.kind === 'param' ? [segment.name] : []));
}
