import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { hostAlone, requestPath, text } from '../../flag/parsers.ts';
import { ENVIRONMENT_FLAG, RESULT_FLAG } from '../terminal/decision-flags.ts';

export const EFFECTIVE_FLAGS = {
  host: { value: 'HOST', parse: hostAlone, required: true, doc: 'host of the requests (authority)' },
  path: { value: 'PATH', parse: requestPath, required: true, doc: 'path of the requests; empty for CONNECT' },
  method: { value: 'METHOD', parse: text, doc: 'HTTP method of the requests; any if not given' },
  environment: ENVIRONMENT_FLAG,
  output: RESULT_FLAG,
} as const satisfies Flags;

export type EffectiveOptions = ValuesOf<typeof EFFECTIVE_FLAGS>;
