import type { Cost } from '../../cel/library/cost.ts';
import { type FunctionDeclaration, overload } from '../../cel/library/function.ts';
import { nameOverloads } from '../../cel/library/overload-names.ts';
import { fail } from '../../cel/value/failure.ts';
import { decodeUtf8 } from '../../cel/value/text.ts';
import { parseJson } from '../../engine/request/json.ts';

/** Reads the text twice, and makes the values. */
const PARSED: Cost = {
  text: 'n/4',
  steps: (n) => Math.floor(n / 4),
  size: (n) => n,
  payment: 'before',
};

function decoded(text: string): unknown {
  const { value, problem } = parseJson(text, { refusesAmbiguity: true });
  return problem === undefined ? value : fail('bad_json');
}

/** `json.decode(text)`, with the parser of bodies: what one of them refuses, the other refuses as well. */
export const JSON_FUNCTIONS: readonly FunctionDeclaration[] = [
  {
    name: 'json.decode',
    doc: 'the value of a JSON text, read as a body: with exact 64-bit integers, up to 64 levels, and without members that are there twice or differ only in case',
    examples: [
      [`json.decode('{"a": [1, 9007199254740993]}').a[1]`, '9007199254740993'],
      [`json.decode('{"role": "user", "Role": "admin"}')`, 'error'],
    ],
    overloads: [
      overload(['string'], 'dyn', decoded, { cost: PARSED }),
      overload(['bytes'], 'dyn', (bytes) => decoded(decodeUtf8(bytes) ?? fail('bad_utf8')), { cost: PARSED }),
    ],
  },
];

nameOverloads('json', JSON_FUNCTIONS);
