import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { nonEmptyText } from '../../flag/parsers.ts';
import { PROXY_FLAGS, RESULT_FLAG } from '../terminal/decision-flags.ts';

export const EXPLAIN_FLAGS = {
  log: {
    value: 'FILE',
    parse: nonEmptyText,
    repeatable: true,
    required: true,
    doc: 'decision log with the record, plain or compressed by gzip or zstd; `-` reads standard input; repeatable',
  },
  repo: {
    value: 'DIR',
    parse: nonEmptyText,
    doc: 'the policy folder in its repository (default: `policies` of the current folder, or the current one)',
  },
  ...PROXY_FLAGS,
  output: RESULT_FLAG,
} as const satisfies Flags;

export type ExplainOptions = ValuesOf<typeof EXPLAIN_FLAGS>;
