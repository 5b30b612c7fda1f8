import { parseType, type Type } from '../../cel/value/type.ts';
import type { Advice } from '../../diagnostic/advice.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import type { Cursor } from '../yaml/tree.ts';
import { besideFromHelp } from './caller-hints.ts';
import { type Fields, mapping, type Read, reportUnknownFields } from './fields.ts';
import { synonym } from './hints.ts';
import { inline, inPlace } from './inline.ts';
import { POLICY_FIELDS } from './policy-document.ts';
import { child, located, mapOf, nonEmptyText, report, shape } from './reader.ts';
import { type Reader, shaped, shapeOf } from './shape.ts';
import { identifier } from './values.ts';

const PARAMETER_FIELDS = {
  type: {
    read: located(dataType),
    like: nonEmptyText,
    doc: '`string`, `int`, `double`, `bool`, `dyn`, `list(T)` or `map(string, T)`',
    required: true,
  },
  default: {
    read: (at: Cursor) => at,
    doc: 'the value for policies that give none; without it every adopting policy must give one',
  },
  description: { read: nonEmptyText, doc: 'a description in one line' },
} as const satisfies Fields;

const parameterFields = mapping(PARAMETER_FIELDS);

/** Reader of a parameter. A type or a default alone is reported, and read as a parameter of any type. */
const parameter: Reader<ParameterSpec> = (at) => {
  if (at.tree.kind === 'mapping') return parameterFields(at);
  report(at, 'wrong_type', `expected a mapping, found ${shape(at)}`, parameterHelp(at));
  return { type: undefined, default: undefined, description: undefined };
};

shaped(parameter, shapeOf(parameterFields));

/** Help for `host: string`, and for a default such as `port: 8443`, in place of the fields of a parameter. */
function parameterHelp(at: Cursor): Advice | undefined {
  const own = inline(at);
  const { tree } = at;
  if (own === undefined || tree.kind !== 'scalar') return undefined;
  const word = String(tree.value);
  const type = synonym(word, TYPES) ?? word;
  const written = parseType(type);
  if (typeof tree.value === 'string' && written !== undefined && isOfData(written))
    return inPlace(at, `{type: ${/[(,]/.test(type) ? `"${type}"` : type}}`);
  const types = { string: 'string', boolean: 'bool', bigint: 'int', number: 'double' };
  const isWhole = typeof tree.value === 'number' && Number.isInteger(tree.value);
  const found = Object.entries(types).find(([kind]) => kind === typeof tree.value)?.[1];
  return inPlace(at, `{type: ${isWhole ? 'int' : found}, default: ${own}}`);
}

const TYPES = ['string', 'int', 'double', 'bool', 'dyn'];

const PARAMETERS = {
  parameters: {
    read: mapOf(located(parameter), identifier),
    doc: 'the parameters by name; use one as `params.NAME` in CEL and as `{param: NAME}` elsewhere',
  },
} as const satisfies Fields;

const { uses: _, ...ADOPTED } = POLICY_FIELDS;

/** The fields of a template: `parameters`, and all fields of a Policy except `uses`. */
export const TEMPLATE_FIELDS = { ...PARAMETERS, ...ADOPTED } as const satisfies Fields;

export type ParameterSpec = Read<typeof PARAMETER_FIELDS>;

export interface TemplateSpec {
  readonly at: Cursor;
  readonly parameters: ReadonlyMap<string, { readonly value: ParameterSpec; readonly at: Cursor }>;
}

/** Reads the parameters of a template and checks its field names. Its other values are read in each adopting policy. */
export const readTemplateSpec: Reader<TemplateSpec> = (at) => {
  if (at.tree.kind !== 'mapping') {
    mapping(TEMPLATE_FIELDS)(at);
    return undefined;
  }
  reportUnknownFields(at, at.tree, TEMPLATE_FIELDS, besideFromHelp);
  const parameters = child(at, 'parameters');
  return { at, parameters: (parameters && PARAMETERS.parameters.read(parameters)) ?? new Map() };
};

function dataType(at: Cursor): Type | undefined {
  const written = nonEmptyText(at);
  if (written === undefined) return undefined;
  const type = parseType(written);
  if (type !== undefined && isOfData(type)) return type;
  const own = synonym(written, TYPES) ?? nearest(written, TYPES);
  const help =
    own === undefined
      ? 'expected `string`, `int`, `double`, `bool`, `dyn`, `list(T)` or `map(string, T)`'
      : `did you mean \`${own}\`?`;
  return report(at, 'unknown_value', `\`${written}\` is not a type of a parameter`, help);
}

/** True if values of the type can be written in YAML. */
function isOfData(type: Type): boolean {
  switch (type.kind) {
    case 'list':
      return isOfData(type.element);
    case 'map':
      return type.key.kind === 'string' && isOfData(type.value);
    default:
      return TYPES.includes(type.kind);
  }
}
