import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';
import { type CallerCondition, unmetPart } from '../../engine/set/callers.ts';
import type { MatchEntryResult } from '../../engine/set/match.ts';
import type { MtlsRequirement } from '../../engine/set/policy-set.ts';
import type { CallerSubject, LocatedPattern } from '../../policy/compile/pattern-locations.ts';
import { ReachingCases } from './reaching-cases.ts';

/** Count of the requests that a pattern matched, of those that match the whole entry. */
export interface PatternCount {
  readonly kind: LocatedPattern['kind'];
  readonly text: string;
  readonly rule: string | undefined;
  readonly file: string;
  readonly lines: Lines;
  readonly range: Range;
  readonly cases: ReachingCases;
  matched: number;
}

interface Counted {
  readonly pattern: LocatedPattern;
  readonly count: PatternCount;
}

/** The counts of all patterns, by the entry or requirement that has them. */
export class PatternCounts {
  readonly #counts = new Map<LocatedPattern['of'], Counted[]>();

  /** New counts of the patterns of one policy. */
  add(patterns: readonly LocatedPattern[]): readonly PatternCount[] {
    return patterns.map((pattern) => {
      const { kind, of, text, rule, location } = pattern;
      const count = { kind, text, rule, ...location, cases: new ReachingCases(), matched: 0 };
      const counts = this.#counts.get(of) ?? [];
      counts.push({ pattern, count });
      this.#counts.set(of, counts);
      return count;
    });
  }

  /** Counts the patterns of the entry that selected a request. */
  selected(entries: readonly MatchEntryResult[], name: string): void {
    const last = entries.at(-1);
    if (last?.result !== 'selected') return;
    this.#count(last.entry, name, ({ matchesRequest }) => matchesRequest?.(last.input) === true);
  }

  /** Counts the principals that let a peer in. */
  authenticated(mtls: MtlsRequirement | undefined, principal: string, name: string): void {
    if (mtls === undefined) return;
    const subject = { principal, token: undefined };
    this.#count(mtls, name, ({ matchesCaller }) => matchesCaller?.(subject) === true);
  }

  /** Counts the parts of the entries of `from` and `except` that a caller matches. */
  called(callers: CallerCondition | undefined, subject: CallerSubject, name: string): void {
    for (const entry of [...(callers?.from ?? []), ...(callers?.except ?? [])]) {
      if (unmetPart(entry, subject.principal, subject.token) !== undefined) continue;
      this.#count(entry, name, ({ matchesCaller }) => matchesCaller?.(subject) === true);
    }
  }

  #count(of: LocatedPattern['of'], name: string, isHit: (pattern: LocatedPattern) => boolean): void {
    for (const { pattern, count } of this.#counts.get(of) ?? []) {
      if (!isHit(pattern)) continue;
      count.matched += 1;
      count.cases.add(name);
    }
  }
}
