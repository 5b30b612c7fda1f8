import { parseIp } from '../../cel/value/ip.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { parseJson } from '../../engine/request/json.ts';
import { UNFIT_NUMBER } from '../../engine/request/json-number.ts';
import { type Flags, Problem, type ValuesOf } from '../../flag/flag.ts';
import { hostAlone, requestPath, text } from '../../flag/parsers.ts';
import type { SimulatedSettings } from '../../tools/testing/simulate.ts';
import { ENVIRONMENT_FLAG, PROXY_FLAGS, RESULT_FLAG } from '../terminal/decision-flags.ts';

/** Flags without a default change nothing of the request that `--request` or `--record` holds. */
export const EVAL_FLAGS = {
  request: {
    value: 'FILE',
    parse: text,
    doc: 'the request: YAML or JSON as in a PolicyTest, or a CheckRequest; `-` for standard input',
  },
  record: {
    value: 'FILE',
    parse: text,
    doc: 'the request of one line of the decision log; `-` for standard input',
  },
  method: { value: 'METHOD', parse: text, doc: 'HTTP method; GET if nothing else is known' },
  host: { value: 'HOST', parse: hostAlone, doc: 'host (authority)' },
  path: {
    value: 'PATH',
    parse: requestPath,
    doc: 'path with query string; `/` if nothing else is known, and none for CONNECT',
  },
  principal: { value: 'ID', parse: text, doc: 'identity of the peer, as in its client certificate' },
  address: {
    value: 'IP',
    parse: ipAddress,
    doc: 'IP address of the peer; 192.0.2.1 if nothing else is known',
  },
  header: {
    value: "'NAME: VALUE'",
    parse: header,
    repeatable: true,
    doc: 'a request header; repeatable, also with the same name',
  },
  body: {
    value: 'FILE|JSON',
    parse: text,
    doc: 'the body: a file, `-` for standard input, or JSON itself: an object, list or text in quotes',
  },
  'body-text': { value: 'TEXT', parse: text, conflicts: ['body'], doc: 'the body itself' },
  token: { value: 'JWT', parse: text, doc: 'a bearer token, sent as it is' },
  issuer: { value: 'NAME', parse: text, doc: 'sign a token of this Issuer document' },
  claim: {
    value: 'NAME=VALUE',
    parse: claim,
    repeatable: true,
    doc: 'a claim of that token, JSON or text; repeatable',
  },
  now: {
    value: 'TIME',
    parse: time,
    doc: 'the time of the decision, RFC 3339; now if nothing else is known',
  },
  ...PROXY_FLAGS,
  environment: ENVIRONMENT_FLAG,
  expression: { value: 'CEL', parse: text, doc: 'evaluate this expression over the request instead' },
  output: RESULT_FLAG,
} as const satisfies Flags;

export type EvalOptions = ValuesOf<typeof EVAL_FLAGS>;

/** A claim as it was given; a value that is not JSON is text. */
interface Claim {
  readonly name: string;
  readonly value: JsonValue;
}

function ipAddress(written: string): string | Problem {
  return parseIp(written) === undefined ? new Problem('is not an IP address') : written;
}

/** Name in lower case, and value. */
function header(written: string): readonly [string, string] | Problem {
  const [, name = '', value = ''] = /^([^:\s]+)\s*:\s*(.*)$/s.exec(written) ?? [];
  return name === ''
    ? new Problem("is not a header; write `--header 'name: value'`")
    : [name.toLowerCase(), value];
}

function claim(written: string): Claim | Problem {
  const equals = written.indexOf('=');
  if (equals < 1) return new Problem('is not a claim; write `--claim name=value`');
  const value = written.slice(equals + 1);
  const { value: json, fault } = parseJson(value);
  if (fault !== undefined && Object.values<string>(UNFIT_NUMBER).includes(fault.what)) {
    return new Problem(`has ${fault.what}; put it in quotes to make it text`);
  }
  return { name: written.slice(0, equals), value: fault === undefined ? json : value };
}

/** Milliseconds since 1970. */
function time(written: string): number | Problem {
  const milliseconds = Date.parse(written);
  return Number.isNaN(milliseconds)
    ? new Problem('is not a time; write it like `2026-06-01T12:00:00Z`')
    : milliseconds;
}

/** The settings of the server that flags say. */
export function settingsOf({
  xfccTrustedHops,
  maxRequestBytes,
}: Pick<EvalOptions, 'xfccTrustedHops' | 'maxRequestBytes'>): SimulatedSettings {
  return { xfccTrustedHops, maxRequestBytes };
}
