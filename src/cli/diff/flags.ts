import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { text } from '../../flag/parsers.ts';

export const DIFF_FLAGS = {
  'fail-on': {
    value: 'KIND',
    choices: ['newly-allowed', 'newly-denied', 'any'],
    doc: 'exit code 1 if a request is answered so by the second version alone',
  },
  now: {
    value: 'TIME',
    parse: text,
    doc: 'the time of all decisions, RFC 3339; now if not given',
  },
  output: {
    value: 'FORM',
    choices: ['human', 'json', 'markdown'],
    default: 'human',
    doc: 'form of the result; `markdown` is for the comment of a pull request',
  },
} as const satisfies Flags;

export type DiffOptions = ValuesOf<typeof DIFF_FLAGS>;
