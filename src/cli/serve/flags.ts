import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { text } from '../../flag/parsers.ts';
import { SETTINGS } from '../../sidecar/server/settings.ts';

/** Flags that are not settings themselves. */
export const FILE_FLAGS = {
  config: {
    value: 'FILE',
    parse: text,
    doc: 'YAML file with settings by name, `-` for standard input; flags and environment take precedence',
  },
} as const satisfies Flags;

export const SERVE_FLAGS = { ...SETTINGS, ...FILE_FLAGS } as const satisfies Flags;

export type ServeOptions = ValuesOf<typeof FILE_FLAGS>;
