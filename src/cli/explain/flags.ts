import { DEFAULT_MAX_REQUEST_BYTES } from '../../engine/request/buffer-limit.ts';
import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { nonEmptyText, positiveNumber, wholeNumber } from '../../flag/parsers.ts';
import { RESULT_FLAG } from '../terminal/decision-flags.ts';

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
  'xfcc-trusted-hops': {
    value: 'N',
    parse: wholeNumber,
    default: '0',
    doc: 'number of trusted elements of x-forwarded-client-cert, as for `serve`',
  },
  'max-request-bytes': {
    value: 'N',
    parse: positiveNumber,
    default: String(DEFAULT_MAX_REQUEST_BYTES),
    doc: 'bytes of a body that the proxy sends at most, as for `serve`',
  },
  output: RESULT_FLAG,
} as const satisfies Flags;

export type ExplainOptions = ValuesOf<typeof EXPLAIN_FLAGS>;
