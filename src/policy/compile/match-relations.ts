import {
  containsHost,
  containsPath,
  hostsOverlap,
  pathsOverlap,
} from '../../engine/request/pattern-relations.ts';
import type { MatchDocument } from '../language/match-document.ts';

/** An entry of a `match`; the empty entry selects everything. */
export type MatchEntry = Partial<MatchDocument>;

/** The parts of an entry that are compared without an evaluation. */
export type MatchPart = 'methods' | 'hosts' | 'paths';

/** Entries that must both hold: one of a policy, and one of a rule in it. */
export type EntryPair = readonly MatchEntry[];

const EVERYTHING: readonly MatchEntry[] = [{}];

/** Bound on the comparisons of patterns. Beyond it the answer is the one that leads to no diagnostic. */
const MOST = 100_000;

export function entriesOf(match: readonly MatchEntry[] | undefined): readonly MatchEntry[] {
  return match === undefined || match.length === 0 ? EVERYTHING : match;
}

/** The first part in which no request fits both entries; undefined if a request may fit both. */
export function disjointPart(a: MatchEntry, b: MatchEntry): MatchPart | undefined {
  if (!meet(a.methods, b.methods, (one, other) => one === other)) return 'methods';
  if (!meet(a.hosts, b.hosts, hostsOverlap)) return 'hosts';
  return meet(a.paths, b.paths, pathsOverlap) ? undefined : 'paths';
}

/** Pairs of one entry of a policy's `match` and one of an inner `match` that some request may fit. */
export function selections(
  outer: readonly MatchEntry[] | undefined,
  inner: readonly MatchEntry[] | undefined,
): readonly EntryPair[] {
  return entriesOf(outer).flatMap((a) =>
    entriesOf(inner).flatMap((b) => (disjointPart(a, b) === undefined ? [[a, b]] : [])),
  );
}

/** True if every request of the selections surely fits an entry of `match`. */
export function covers(match: readonly MatchEntry[] | undefined, selected: readonly EntryPair[]): boolean {
  const entries = entriesOf(match).filter(({ when }) => when === undefined);
  if (entries.length * selected.length > MOST) return false;
  return selected.every((pair) => entries.some((entry) => coversPair(entry, pair)));
}

function coversPair(entry: MatchEntry, pair: EntryPair): boolean {
  return (
    pair.some(({ methods }) => within(methods, entry.methods, (outer, inner) => outer === inner)) &&
    pair.some(({ hosts }) => within(hosts, entry.hosts, containsHost)) &&
    pair.some(({ paths }) => within(paths, entry.paths, containsPath))
  );
}

function meet<T>(
  a: readonly T[] | undefined,
  b: readonly T[] | undefined,
  overlap: (a: T, b: T) => boolean,
): boolean {
  if (a === undefined || b === undefined || a.length * b.length > MOST) return true;
  return a.some((one) => b.some((other) => overlap(one, other)));
}

function within<T>(
  inner: readonly T[] | undefined,
  outer: readonly T[] | undefined,
  contains: (outer: T, inner: T) => boolean,
): boolean {
  if (outer === undefined) return true;
  return inner?.every((one) => outer.some((other) => contains(other, one))) === true;
}
