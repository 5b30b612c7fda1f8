import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { EVAL_FLAGS, type EvalOptions } from '../eval/flags.ts';

const { expression: _, output: __, ...REQUEST_FLAGS } = EVAL_FLAGS;

/** The request that expressions read, as for `lictor eval`. */
export const REPL_FLAGS = REQUEST_FLAGS satisfies Flags;

export type ReplOptions = ValuesOf<typeof REPL_FLAGS>;

/** The same request for `lictor eval`. */
export function evalOptionsOf({
  request,
  record,
  method,
  host,
  path,
  principal,
  address,
  header,
  body,
  bodyText,
  token,
  issuer,
  claim,
  now,
  xfccTrustedHops,
  maxRequestBytes,
  environment,
}: ReplOptions): EvalOptions {
  return {
    request,
    record,
    method,
    host,
    path,
    principal,
    address,
    header,
    body,
    bodyText,
    token,
    issuer,
    claim,
    now,
    xfccTrustedHops,
    maxRequestBytes,
    environment,
    expression: undefined,
    output: 'human',
  };
}
