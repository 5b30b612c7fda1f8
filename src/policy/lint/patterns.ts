import type { DiagnosticCode } from '../../diagnostic/codes.ts';
import { containsPrincipal } from '../../engine/identity/principal-contains.ts';
import type { PathPattern } from '../../engine/request/path-pattern.ts';
import { containsPath } from '../../engine/request/pattern-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { placeOf } from '../compile/written-places.ts';
import { report, written } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';

/** Longer lists are not compared: each pattern would be, with each other one. */
const LONGEST = 500;

/** Tells of patterns that another pattern of their list makes needless. */
export function lintPatterns({ spec, at }: WrittenPolicy): void {
  const principals = placeOf(at, 'authenticate', 'mtls', 'principals');
  tell(
    spec.authenticate?.mtls?.principals,
    principals,
    'principal_contained',
    'names every principal',
    containsPrincipal,
  );
  const matches = [
    [spec.match, placeOf(at, 'match')] as const,
    ...(spec.rules ?? []).map((rule) => [rule.match, placeOf(rule.at, 'match')] as const),
    ...(spec.schemas ?? []).map(
      ({ match }, index) => [match, placeOf(at, 'schemas', index, 'match')] as const,
    ),
  ];
  for (const [match, place] of matches) {
    for (const [index, { paths }] of (match ?? []).entries()) {
      tell(paths, placeOf(place, index, 'paths'), 'path_contained', 'selects every path', makesPathNeedless);
    }
  }
}

/** `isNeedless` of two patterns, the one that may contain the other first, and whether it stands first. */
function tell<T>(
  patterns: readonly T[] | undefined,
  at: Cursor | undefined,
  code: DiagnosticCode,
  does: string,
  isNeedless: (outer: T, inner: T, isOuterFirst: boolean) => boolean,
): void {
  if (patterns === undefined || patterns.length > LONGEST) return;
  for (const [index, inner] of patterns.entries()) {
    const found = patterns.findIndex((outer, other) => {
      // Of two that contain each other the later one is needless.
      const isDouble = other > index && isNeedless(inner, outer, true);
      return other !== index && !isDouble && isNeedless(outer, inner, other < index);
    });
    const place = placeOf(at, index);
    const outer = placeOf(at, found);
    if (found === -1 || place === undefined || outer === undefined) continue;
    report(place, code, `\`${textAt(outer)}\` ${does} that this does`, 'leave this one out');
  }
}

/** Of the paths of an entry the first that fits gives the parameters, so one with a name may stand before a wider one. */
function makesPathNeedless(outer: PathPattern, inner: PathPattern, isOuterFirst: boolean): boolean {
  return containsPath(outer, inner) && (isOuterFirst || (!hasNames(outer) && !hasNames(inner)));
}

function hasNames({ segments }: PathPattern): boolean {
  return segments.some(({ kind }) => kind === 'param');
}

function textAt(at: Cursor): string {
  return at.tree.kind === 'scalar' && typeof at.tree.value === 'string' ? at.tree.value : written(at);
}
