import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { TEST_FLAGS } from '../test/flags.ts';

export const WATCH_FLAGS = { filter: TEST_FLAGS.filter } as const satisfies Flags;

export type WatchOptions = ValuesOf<typeof WATCH_FLAGS>;
