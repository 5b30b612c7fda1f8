import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { SET_FLAG } from './option-flags.ts';

export const INJECT_FLAGS = {
  set: SET_FLAG,
  labelled: { doc: 'only inject pods with the label `lictor.dev/inject: "true"`' },
  write: { doc: 'write the files in place instead of printing them', conflicts: ['check'] },
  check: { doc: 'write nothing: list the files that would change, and fail if there are any' },
} as const satisfies Flags;

export type InjectOptions = ValuesOf<typeof INJECT_FLAGS>;
