import type { Mutant } from './mutant.ts';

/** What came of a change of the policies. */
export type MutantStatus =
  /** A case noticed it. */
  | 'killed'
  /** No case did. */
  | 'survived'
  /** It is no policy any more, and counts for nothing. */
  | 'invalid'
  /** A remark says that no case could notice it. */
  | 'excused'
  /** Time was out. */
  | 'untried';

export interface ScoredMutant {
  readonly mutant: Mutant;
  readonly fate: MutantStatus;
  /** Of an excused one. */
  readonly reason?: string;
}

export interface MutationScore {
  readonly killed: number;
  readonly survived: number;
  readonly invalid: number;
  readonly excused: number;
  readonly untried: number;
  /** From 0 to 100: killed of killed and survived; 100 when there is none of either. */
  readonly percent: number;
}

export function scoreOf(judged: readonly ScoredMutant[]): MutationScore {
  const number = (fate: MutantStatus): number => judged.filter((each) => each.fate === fate).length;
  const killed = number('killed');
  const survived = number('survived');
  const percent = killed + survived === 0 ? 100 : (killed / (killed + survived)) * 100;
  return {
    killed,
    survived,
    invalid: number('invalid'),
    excused: number('excused'),
    untried: number('untried'),
    percent,
  };
}
