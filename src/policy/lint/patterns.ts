import type { DiagnosticCode } from '../../diagnostic/codes.ts';
import { containsPrincipal } from '../../engine/identity/principal-contains.ts';
import type { PathPattern } from '../../engine/request/path-pattern.ts';
import { containsPath } from '../../engine/request/pattern-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { placeOf } from '../compile/written-places.ts';
import { isDatasetReference, type PrincipalDocument } from '../language/caller-document.ts';
import { report, written } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';

/** Longest list that is checked: the check compares every pattern with every other. */
const LONGEST = 500;

/** Reports patterns that another pattern of their list makes redundant. */
export function lintPatterns({ spec, at }: WrittenPolicy): void {
  const callers = [spec, ...(spec.rules ?? [])].flatMap(({ from = [], except = [] }) => [...from, ...except]);
  const principals = [
    [spec.authenticate?.mtls?.principals, placeOf(at, 'authenticate', 'mtls', 'principals')] as const,
    ...callers.map((entry) => [entry.principals, placeOf(entry.at, 'principals')] as const),
  ];
  for (const [written, place] of principals) {
    const patterns = written?.map(({ value }) => value);
    reportRedundant(patterns, place, 'principal_contained', 'principal', makesPrincipalRedundant);
  }
  const matches = [
    [spec.match, placeOf(at, 'match')] as const,
    ...(spec.rules ?? []).map((rule) => [rule.match, placeOf(rule.at, 'match')] as const),
    ...(spec.schemas ?? []).map(
      ({ match }, index) => [match, placeOf(at, 'schemas', index, 'match')] as const,
    ),
  ];
  for (const [match, place] of matches) {
    for (const [index, { paths }] of (match ?? []).entries()) {
      reportRedundant(paths, placeOf(place, index, 'paths'), 'path_contained', 'path', makesPathRedundant);
    }
  }
}

/**
 * `isRedundant` compares an outer and an inner pattern; `isOuterFirst` is true if the outer one is earlier in the
 * list.
 */
function reportRedundant<T>(
  patterns: readonly T[] | undefined,
  at: Cursor | undefined,
  code: DiagnosticCode,
  noun: string,
  isRedundant: (outer: T, inner: T, isOuterFirst: boolean) => boolean,
): void {
  if (patterns === undefined || patterns.length > LONGEST) return;
  for (const [index, inner] of patterns.entries()) {
    const found = patterns.findIndex((outer, other) => {
      // Of two patterns that contain each other, the later one is redundant.
      const isDouble = other > index && isRedundant(inner, outer, true);
      return other !== index && !isDouble && isRedundant(outer, inner, other < index);
    });
    const place = placeOf(at, index);
    const outer = placeOf(at, found);
    if (found === -1 || place === undefined || outer === undefined) continue;
    const message = `\`${textAt(outer)}\` matches every ${noun} that this pattern matches`;
    report(place, code, message, 'remove this pattern');
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
