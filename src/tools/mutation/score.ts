import type { Mutant } from './mutant.ts';

/** Result of running the cases with a mutant. */
type MutantStatus =
  /** At least one case failed. */
  | 'killed'
  /** All cases passed. */
  | 'survived'
  /** The mutant does not compile and is not counted. */
  | 'invalid'
  /** A comment states that no case can detect it. */
  | 'excluded'
  /** The time ran out before it was tried. */
  | 'untried';

export interface ScoredMutant {
  readonly mutant: Mutant;
  readonly status: MutantStatus;
  /** Reason of the comment that excludes the mutant. */
  readonly reason?: string;
}

export interface MutationScore {
  readonly killed: number;
  readonly survived: number;
  readonly invalid: number;
  readonly excluded: number;
  readonly untried: number;
  /** Share of killed mutants among killed and survived, 0 to 100; 100 if there are none of either. */
  readonly percent: number;
}

export function scoreOf(mutants: readonly ScoredMutant[]): MutationScore {
  const count = (status: MutantStatus): number => mutants.filter((each) => each.status === status).length;
  const killed = count('killed');
  const survived = count('survived');
  const percent = killed + survived === 0 ? 100 : (killed / (killed + survived)) * 100;
  return {
    killed,
    survived,
    invalid: count('invalid'),
    excluded: count('excluded'),
    untried: count('untried'),
    percent,
  };
}
