import type { Flags, ValuesOf } from '../../flag/flag.ts';

export const CHECK_FLAGS = {
  fix: {
    doc: 'first write the exact fixes of errors into the files; those of warnings and guesses are left to you',
  },
  strict: { doc: 'fail on warnings too, and warn about a folder without tests' },
  output: {
    value: 'FORM',
    choices: ['human', 'json', 'github', 'sarif'],
    default: 'human',
    doc: 'form of the result',
  },
} as const satisfies Flags;

export type CheckOptions = ValuesOf<typeof CHECK_FLAGS>;
