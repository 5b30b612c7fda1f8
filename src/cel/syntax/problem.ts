import type { Advice } from '../../diagnostic/advice.ts';
import type { Edit, Range } from '../../diagnostic/range.ts';

/** Mistake in an expression, or a warning for `cel_costly` and `cel_block_scan`; `start` and `end` are UTF-16 offsets into its source. */
export interface Problem {
  readonly code:
    | 'cel_syntax'
    | 'cel_unknown_name'
    | 'cel_type'
    | 'cel_result'
    | 'cel_literal'
    | 'cel_limit'
    | 'cel_costly'
    | 'cel_block_scan';
  readonly message: string;
  readonly help?: string;
  /** The edit of the source that the help describes, if its form does not say it. */
  readonly edit?: Edit;
  readonly start: number;
  readonly end: number;
}

export function problem(
  code: Problem['code'],
  { start, end }: Range,
  message: string,
  help?: string | Advice,
): Problem {
  if (help === undefined) return { code, message, start, end };
  if (typeof help === 'string') return { code, message, help, start, end };
  const { edit } = help;
  return { code, message, help: help.help, ...(edit === undefined ? {} : { edit }), start, end };
}

/** Maximum number of problems of one expression. */
export const MAX_PROBLEMS = 10;
