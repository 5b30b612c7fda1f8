import { quoted } from '../../diagnostic/suggest.ts';
import { NAMES } from '../../engine/request/names.ts';
import { isSecretName } from '../../engine/request/secret-names.ts';
import type { RecordedPlace } from '../../engine/set/policy-set.ts';
import { suggestion } from './fields.ts';
import { parsed } from './reader.ts';

/** Names whose values hold a query string, a body, or the values of everybody's headers. */
const NEVER: ReadonlyMap<string, string> = new Map([
  ['request.path', 'it has the query string, which may hold secrets: records have the path without it'],
  ['request.query', "name the parameters, such as `request.query_params['page']`"],
  ['request.referer', 'it has the query string of another page, which may hold secrets'],
  ['request.body', 'record bodies with `inputs: {body: true}`'],
  ['request.body_bytes', 'record bodies with `inputs: {body: true}`'],
]);

const HELP = "write a name of the request, such as `request.headers['x-tenant']` or `jwt.claims.tenant`";

type Result = { readonly value: RecordedPlace } | { readonly problem: string; readonly help?: string };

/** Reader of a place of the request that records may have. */
export const recordedPlace = parsed<RecordedPlace>('invalid_record', parsePlace, HELP);

function parsePlace(text: string): Result {
  const steps = stepsOf(text);
  if (steps === undefined) return { problem: `\`${text}\` is not the name of a place of the request` };
  const name = nameIn(steps);
  if (name === undefined) return unknown(text, steps);
  const help = NEVER.get(name);
  if (help !== undefined) return { problem: `\`${name}\` is never recorded`, help };
  const keys = steps.slice(name.split('.').length);
  return checked({ text, name, keys });
}

function checked(place: RecordedPlace): Result {
  const { text, name, keys } = place;
  const { type } = NAMES[name as keyof typeof NAMES];
  const isMap = type.startsWith('map(');
  if (isMap && keys.length === 0) {
    return { problem: `\`${name}\` has many values`, help: `name one of them, such as \`${name}['NAME']\`` };
  }
  if (keys.length > (isMap ? (type.endsWith('dyn)') ? Number.POSITIVE_INFINITY : 1) : 0))
    return { problem: `\`${text}\` has no parts of its own: \`${name}\` is of type \`${type}\`` };
  const secret = keys.find(isSecretName);
  if (secret !== undefined)
    return {
      problem: `\`${secret}\` looks like a secret, and is never recorded`,
      help: 'remove it from `include`',
    };
  if (name === 'request.headers' || name === 'request.header_values')
    return { value: { ...place, keys: keys.map((key) => key.toLowerCase()) } };
  return { value: place };
}

/** The parts of `a.b['c']`; undefined if the text has another form. */
function stepsOf(text: string): readonly string[] | undefined {
  if (!/^[a-z_]\w*(?:\.[a-zA-Z_]\w*|\[(?:'[^'\\]*'|"[^"\\]*")\])*$/.test(text)) return undefined;
  return Array.from(
    text.matchAll(/(?:^|\.)(\w+)|\['([^']*)'\]|\["([^"]*)"\]/g),
    ([, field, one, other]) => field ?? one ?? other ?? '',
  );
}

/** The declared name at the beginning. */
function nameIn(steps: readonly string[]): string | undefined {
  for (let length = Math.min(3, steps.length); length > 0; length--) {
    const name = steps.slice(0, length).join('.');
    if (Object.hasOwn(NAMES, name)) return name;
  }
  return undefined;
}

function unknown(text: string, steps: readonly string[]): Result {
  const fields = Object.keys(NAMES).filter((name) => name.startsWith(`${steps.join('.')}.`));
  if (fields.length > 0)
    return { problem: `\`${text}\` is not one value`, help: `name one of ${quoted(fields.slice(0, 6))}` };
  const help = suggestion(steps.slice(0, 2).join('.'), Object.keys(NAMES));
  const problem = `unknown name \`${text}\``;
  const never = [...NEVER].find(([name]) => help?.includes(`\`${name}\``));
  if (never !== undefined)
    return { problem: `${problem}; \`${never[0]}\` is never recorded`, help: never[1] };
  return help === undefined ? { problem } : { problem, help };
}
