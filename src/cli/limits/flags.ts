import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { nonEmptyText, positiveNumber, text } from '../../flag/parsers.ts';

export const LIMITS_FLAGS = {
  log: {
    value: 'FILE',
    parse: nonEmptyText,
    repeatable: true,
    required: true,
    doc: 'decision log of one sidecar; `.gz` is decompressed, `-` reads standard input; repeatable',
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
  environment: {
    value: 'NAME',
    parse: text,
    doc: 'the Environment document that applies; required if the folder has several',
  },
  output: { value: 'FORM', choices: ['human', 'json'], default: 'human', doc: 'form of the result' },
} as const satisfies Flags;

export type LimitsOptions = ValuesOf<typeof LIMITS_FLAGS>;
