import type { Flags } from '../../flag/flag.ts';
import { text } from '../../flag/parsers.ts';

/** Environment of the decisions that a verb makes. */
export const ENVIRONMENT_FLAG = {
  value: 'NAME',
  parse: text,
  doc: 'the Environment document that applies; required if the folder has several',
} as const satisfies Flags[string];

/** Form of its result. */
export const RESULT_FLAG = {
  value: 'FORM',
  choices: ['human', 'json'],
  default: 'human',
  doc: 'form of the result',
} as const satisfies Flags[string];
