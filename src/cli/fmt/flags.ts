import type { Flags, ValuesOf } from '../../flag/flag.ts';

export const FMT_FLAGS = {
  check: { doc: 'write nothing: list the files that would change, and fail if there are any' },
} as const satisfies Flags;

export type FmtOptions = ValuesOf<typeof FMT_FLAGS>;
