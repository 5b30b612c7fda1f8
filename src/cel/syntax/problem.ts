import type { Range } from '../../diagnostic/range.ts';

/** Mistake in an expression, or a warning for `cel_costly`; `start` and `end` are UTF-16 offsets into its source. */
export interface Problem {
  readonly code:
    | 'cel_syntax'
    | 'cel_unknown_name'
    | 'cel_type'
    | 'cel_result'
    | 'cel_literal'
    | 'cel_limit'
    | 'cel_costly';
  readonly message: string;
  readonly help?: string;
  readonly start: number;
  readonly end: number;
}

export function problem(
  code: Problem['code'],
  { start, end }: Range,
  message: string,
  help?: string,
): Problem {
  return help === undefined ? { code, message, start, end } : { code, message, help, start, end };
}

/** Maximum number of problems of one expression. */
export const MAX_PROBLEMS = 10;
