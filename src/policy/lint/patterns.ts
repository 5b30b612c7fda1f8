import type { DiagnosticCode } from '../../diagnostic/codes.ts';
import { containsPrincipal } from '../../engine/identity/principal-contains.ts';
import type { PathPattern } from '../../engine/request/path-pattern.ts';
import { containsPath } from '../../engine/request/pattern-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { placeOf } from '../compile/written-places.ts';
import {
  type CallerDocument,
  isDatasetReference,
  type PrincipalDocument,
} from '../language/caller-document.ts';
import type { MatchDocument } from '../language/match-document.ts';
import { type Located, report, written } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';

/** Longest list that is checked: the check compares every pattern with every other. */
const LONGEST = 500;

/** Reports patterns that another pattern of their list makes redundant. */
export function lintPatterns({ spec, at }: WrittenPolicy): void {
  const lists = [spec, ...(spec.rules ?? [])].flatMap(({ from = [], except = [] }) => [from, except]);
  for (const principals of [spec.authenticate?.mtls?.principals ?? [], ...lists.flatMap(principalLists)])
    reportRedundant(principals, 'principal_contained', 'principal', makesPrincipalRedundant);
  const matches = [
    [spec.match, placeOf(at, 'match')] as const,
    ...(spec.rules ?? []).map((rule) => [rule.match, placeOf(rule.at, 'match')] as const),
    ...(spec.schemas ?? []).map(
      ({ match }, index) => [match, placeOf(at, 'schemas', index, 'match')] as const,
    ),
  ];
  for (const paths of matches.flatMap(([match = [], place]) => pathLists(match, place)))
    reportRedundant(paths, 'path_contained', 'path', makesPathRedundant);
}

type Principals = readonly Located<PrincipalDocument>[];

/** The principals of each entry; those of entries with nothing else are one list. */
function principalLists(entries: readonly CallerDocument[]): readonly Principals[] {
  const own = Map.groupBy(entries, (entry) => (hasOnly(entry, 'principals') ? undefined : entry));
  return [...own.values()].map((list) => list.flatMap(({ principals }) => principals ?? []));
}

/** The paths of each entry; those of entries with the same methods and nothing else are one list. */
function pathLists(
  match: readonly MatchDocument[],
  at: Cursor | undefined,
): readonly (readonly Located<PathPattern>[])[] {
  const entries = match.map((entry, index) => ({ entry, place: placeOf(at, index, 'paths') }));
  const own = Map.groupBy(entries, ({ entry }) =>
    hasOnly(entry, 'methods', 'paths') ? (entry.methods ?? []).toSorted().join() : entry,
  );
  return [...own.values()].map((list) =>
    list.flatMap(({ entry: { paths = [] }, place }) =>
      paths.flatMap((value, index) => {
        const found = placeOf(place, index);
        return found === undefined ? [] : [{ value, at: found }];
      }),
    ),
  );
}

function hasOnly(entry: object, ...names: readonly string[]): boolean {
  const { at: _, ...parts } = entry as Readonly<Record<string, unknown>>;
  return Object.entries(parts).every(([name, part]) => part === undefined || names.includes(name));
}

/**
 * `isRedundant` compares an outer and an inner pattern; `isOuterFirst` is true if the outer one is earlier in the
 * list.
 */
function reportRedundant<T>(
  patterns: readonly Located<T>[],
  code: DiagnosticCode,
  noun: string,
  isRedundant: (outer: T, inner: T, isOuterFirst: boolean) => boolean,
): void {
  if (patterns.length > LONGEST) return;
  for (const [index, { value: inner, at }] of patterns.entries()) {
    const outer = patterns.find(({ value }, other) => {
      // Of two patterns that contain each other, the later one is redundant.
      const isDouble = other > index && isRedundant(inner, value, true);
      return other !== index && !isDouble && isRedundant(value, inner, other < index);
    });
    if (outer === undefined) continue;
    const message = `\`${textAt(outer.at)}\` matches every ${noun} that this pattern matches`;
    report(at, code, message, 'remove this pattern');
  }
}

/** Datasets change by themselves, so that they are compared with nothing. */
function makesPrincipalRedundant(outer: PrincipalDocument, inner: PrincipalDocument): boolean {
  return !isDatasetReference(outer) && !isDatasetReference(inner) && containsPrincipal(outer, inner);
}

/** The first matching path of an entry sets the parameters, so a pattern with a name is useful before a wider one. */
function makesPathRedundant(outer: PathPattern, inner: PathPattern, isOuterFirst: boolean): boolean {
  return containsPath(outer, inner) && (isOuterFirst || (!hasNames(outer) && !hasNames(inner)));
}

function hasNames({ segments }: PathPattern): boolean {
  return segments.some(({ kind }) => kind === 'param');
}

function textAt(at: Cursor): string {
  return at.tree.kind === 'scalar' && typeof at.tree.value === 'string' ? at.tree.value : written(at);
}
