import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { nonEmptyText } from '../../flag/parsers.ts';

export const IMPORT_FLAGS = {
  out: {
    value: 'DIR',
    parse: nonEmptyText,
    doc: 'the folder to write to, a file for policies and one for tests; standard output if not given',
  },
} as const satisfies Flags;

export type ImportOptions = ValuesOf<typeof IMPORT_FLAGS>;
