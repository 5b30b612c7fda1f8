import { DEFAULT_MAX_REQUEST_BYTES } from '../../engine/request/buffer-limit.ts';
import type { Flags } from '../../flag/flag.ts';
import { positiveNumber, text, wholeNumber } from '../../flag/parsers.ts';

/** Environment of the decisions that a verb makes. */
export const ENVIRONMENT_FLAG = {
  value: 'NAME',
  parse: text,
  doc: 'the Environment document that applies; required if the folder has several',
} as const satisfies Flags[string];

/** Settings of the proxy with which a decision is repeated. */
export const PROXY_FLAGS = {
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
} as const satisfies Flags;

/** Form of its result. */
export const RESULT_FLAG = {
  value: 'FORM',
  choices: ['human', 'json'],
  default: 'human',
  doc: 'form of the result',
} as const satisfies Flags[string];
