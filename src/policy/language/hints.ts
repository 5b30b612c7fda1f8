import { bytesOf } from '../../cel/syntax/byte-count.ts';
import { parseRate, rateText } from '../../engine/limit/rate.ts';
import { formatDuration } from './duration.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Milliseconds of a unit, by the forms of its name. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|millis(econds?)?)$/, 1],
  [/^(s|secs?|seconds?)$/, SECOND],
  [/^(m|mins?|minutes?)$/, MINUTE],
  [/^(h|hrs?|hours?)$/, HOUR],
  [/^(d|days?)$/, DAY],
  [/^(w|weeks?)$/, 7 * DAY],
];

function unitOf(word: string): number | undefined {
  return UNITS.find(([form]) => form.test(word.toLowerCase()))?.[1];
}

/** Help for a duration such as `1d`, `5 min` or `2.5s`: the same in the form of this language, if there is one. */
export function durationHint(text: string): string | undefined {
  const [, count, word = ''] = /^([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*([A-Za-z]+)$/.exec(text) ?? [];
  const milliseconds = Number(count) * (unitOf(word) ?? Number.NaN);
  return milliseconds > 0 && Number.isInteger(milliseconds)
    ? `write \`${formatDuration(milliseconds)}\``
    : undefined;
}

/**
 * Help for a rate such as `2 per s`, `7/week` or `0.5/s`. A fraction of a request is written with a longer period and a
 * `burst`, since the default burst is the count of the rate.
 */
export function rateHint(text: string): string | undefined {
  const [, size = '', per = ''] = /^([0-9]{1,6}\s*[KMG]i?B?)\s*\/\s*([A-Za-z]+)$/.exec(text) ?? [];
  const bytes = bytesOf(size);
  if (bytes !== undefined && parseRate(`${bytes}/${per}`).problem === undefined)
    return `write \`${bytes}/${per}\`, with \`cost: request.size\` for bytes`;
  const form =
    /^([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*(?:r|reqs?|requests?|hits|calls)?\s*(?:\/|\bper\b|\b(?:in|every)\b)\s*([0-9]{1,4})?\s*([A-Za-z]+)$/;
  const initials = text.replace(/(?<=[0-9]\s*)r?p([smhd])$/i, (_, unit: string) => `/${unit.toLowerCase()}`);
  const [, written, periods = '1', word = ''] = form.exec(initials) ?? [];
  const count = Number(written);
  const length = Number(periods) * (unitOf(word) ?? Number.NaN);
  if (Number.isInteger(count) && count > 0 && length > 0 && length % SECOND === 0) {
    const exact = rateText({ count, period: length });
    return parseRate(exact).problem === undefined ? `write \`${exact}\`` : undefined;
  }
  for (const period of [SECOND, MINUTE, HOUR, DAY]) {
    const exact = (count * period) / length;
    if (!Number.isInteger(exact) || exact < 1) continue;
    return `write \`${rateText({ count: exact, period })}\` with \`burst: ${Math.max(1, Math.ceil(count))}\``;
  }
  return undefined;
}

/**
 * Help for a name such as `My Policy`, `readOrders` or `read_orders`: the same as a DNS label, if it has one. It is a
 * guess, since tests and other documents may refer to the name.
 */
export function labelHint(name: string): string | undefined {
  if (!/^[\w .:/-]*$/.test(name)) return undefined;
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  const label = words.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
  return label === '' || label.length > MOST_LABEL ? undefined : `did you mean \`${label}\`?`;
}

/** Most characters of a DNS label (RFC 1035, section 2.3.4). */
const MOST_LABEL = 63;

/** Help for a whole number in quotes, with a period such as `20/s`, or with a binary unit such as `16Ki`. */
export function wholeNumberHint(text: string): string | undefined {
  const [, digits, unit = ''] =
    /^([0-9]{1,9})\s*(?:([KM]i)B?|\/\s*[a-z]+|r(?:eq(?:uest)?s?)?)?$/.exec(text) ?? [];
  const factor = { '': 1, Ki: 1024, Mi: 1024 * 1024 }[unit];
  return digits === undefined || factor === undefined ? undefined : `write \`${Number(digits) * factor}\``;
}

/** Words of other tools, with the word of this language. */
const SYNONYMS: readonly (readonly [word: string, own: string])[] = [
  ['permit', 'allow'],
  ['grant', 'allow'],
  ['accept', 'allow'],
  ['forbid', 'deny'],
  ['reject', 'deny'],
  ['block', 'deny'],
  ['audit', 'shadow'],
  ['dryrun', 'shadow'],
  ['dry-run', 'shadow'],
  ['monitor', 'shadow'],
  ['action', 'effect'],
  ['condition', 'when'],
  ['schema', 'jsonSchema'],
  ['conditions', 'when'],
  ['verbs', 'methods'],
  ['if', 'when'],
  ['expression', 'when'],
  ['url', 'issuer'],
  ['iss', 'issuer'],
  ['authorizationpolicy', 'Policy'],
  ['clusterpolicy', 'Policy'],
  ['validatingadmissionpolicy', 'Policy'],
  ['requestauthentication', 'Issuer'],
  ['jwtprovider', 'Issuer'],
  ['azure', 'entra'],
  ['azuread', 'entra'],
  ['github', 'github-actions'],
  ['k8s', 'kubernetes'],
  ['spiffe', 'spire'],
  ['dataset', 'data'],
  ['datasets', 'data'],
  ['ratelimit', 'limits'],
  ['ratelimits', 'limits'],
  ['rate_limit', 'limits'],
  ['rate_limits', 'limits'],
  ['throttle', 'limits'],
  ['keys', 'key'],
  ['by', 'key'],
  ['should', 'expect'],
  ['want', 'expect'],
  ['then', 'expect'],
  ['result', 'expect'],
  ['response', 'expect'],
  ['outcome', 'expect'],
  ['assert', 'expect'],
  ['given', 'caller'],
  ['client', 'caller'],
  ['user', 'caller'],
  ['data', 'values'],
  ['items', 'values'],
  ['entries', 'values'],
  ['list', 'values'],
  ['rows', 'values'],
  ['vars', 'values'],
  ['variables', 'values'],
  ['parameters', 'with'],
  ['params', 'with'],
  ['arguments', 'with'],
  ['args', 'with'],
  ['values', 'with'],
  ['params', 'parameters'],
  ['inputs', 'parameters'],
  ['secret', 'keys'],
  ['key', 'keys'],
  ['publickey', 'keys'],
  ['public_key', 'keys'],
  ['certificate', 'keys'],
  ['spiffe', 'principal'],
  ['spiffeid', 'principal'],
  ['identity', 'principal'],
  ['expr', 'cel'],
  ['expression', 'cel'],
  ['str', 'string'],
  ['text', 'string'],
  ['integer', 'int'],
  ['number', 'int'],
  ['float', 'double'],
  ['boolean', 'bool'],
  ['any', 'dyn'],
];

/** The word of this language for one of another tool, if it is one of `known`. */
export function synonym(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  return SYNONYMS.find(([each, own]) => each === lower && known.includes(own))?.[1];
}

const NO_LABELS =
  'remove it: a policy has no namespace and no labels; `description`, `owner` and `controls` describe it';
const SHADOW = 'a policy that only reports has `mode: shadow`';
const DENIED = 'remove it: what no rule allows is denied';
const IN_FORCE = 'remove it: whatever is written is in force; a policy with `mode: shadow` only reports';
const REQUESTS = 'a policy selects requests, not workloads: `match: [{hosts: [...], paths: [...]}]`';

/** Fields of other products without one field here, in lower case, with help. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['namespace', NO_LABELS],
  ['labels', NO_LABELS],
  ['annotations', NO_LABELS],
  ['selector', REQUESTS],
  ['targetrefs', REQUESTS],
  ['to', 'write it in `match`: `match: [{methods: [...], paths: [...]}]`'],
  ['validationfailureaction', SHADOW],
  ['enforcementaction', SHADOW],
  ['openapi', 'write it as an entry of `schemas`: `- openapi: FILE`'],
  ['default', DENIED],
  ['defaultaction', DENIED],
  ['action', 'each rule has its own `effect`'],
  ['effect', 'each rule has its own `effect`'],
  ['jwks_uri', 'write it in `keys`: `keys: {jwksUri: ...}`'],
  ['enabled', IN_FORCE],
  ['disabled', IN_FORCE],
  ['active', IN_FORCE],
  ['priority', 'remove it: every deny rule comes before every allow rule, in any order of writing'],
]);

/** Help for a field of another product that this language writes in another way. */
export function fieldElsewhere(name: string): string | undefined {
  return ELSEWHERE.get(name.toLowerCase());
}
