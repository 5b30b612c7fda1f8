import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { hostAlone, requestPath, text } from '../../flag/parsers.ts';

export const EFFECTIVE_FLAGS = {
  host: { value: 'HOST', parse: hostAlone, required: true, doc: 'host of the requests (authority)' },
  path: { value: 'PATH', parse: requestPath, required: true, doc: 'path of the requests; empty for CONNECT' },
  method: { value: 'METHOD', parse: text, doc: 'HTTP method of the requests; any if not given' },
  environment: {
    value: 'NAME',
    parse: text,
    doc: 'the Environment document that applies; required if the folder has several',
  },
  output: { value: 'FORM', choices: ['human', 'json'], default: 'human', doc: 'form of the result' },
} as const satisfies Flags;

export type EffectiveOptions = ValuesOf<typeof EFFECTIVE_FLAGS>;
