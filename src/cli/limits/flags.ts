import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { nonEmptyText, positiveNumber } from '../../flag/parsers.ts';
import { ENVIRONMENT_FLAG, RESULT_FLAG } from '../terminal/decision-flags.ts';

export const LIMITS_FLAGS = {
  log: {
    value: 'FILE',
    parse: nonEmptyText,
    repeatable: true,
    required: true,
    doc: 'decision log of one sidecar, plain or compressed by gzip or zstd; `-` reads standard input; repeatable',
  },
  replicas: {
    value: 'N',
    parse: positiveNumber,
    default: '1',
    doc: 'number of sidecars whose records are in each log; their requests are taken to be spread evenly',
  },
  keys: {
    value: 'N',
    parse: positiveNumber,
    default: '10',
    doc: 'most keys that are shown of each limit',
  },
  environment: ENVIRONMENT_FLAG,
  output: RESULT_FLAG,
} as const satisfies Flags;

export type LimitsOptions = ValuesOf<typeof LIMITS_FLAGS>;
