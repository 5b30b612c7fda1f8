import { parseType, type Type } from '../../cel/value/type.ts';
import type { Cursor } from '../yaml/tree.ts';
import { besideFromHelp } from './caller-hints.ts';
import { type Fields, mapping, type Read, reportUnknownFields } from './fields.ts';
import { POLICY_FIELDS } from './policy-document.ts';
import { child, located, mapOf, nonEmptyText, report } from './reader.ts';
import type { Reader } from './shape.ts';
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

const PARAMETERS = {
  parameters: {
    read: mapOf(located(mapping(PARAMETER_FIELDS)), identifier),
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
  const help = 'expected `string`, `int`, `double`, `bool`, `dyn`, `list(T)` or `map(string, T)`';
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
      return ['string', 'int', 'double', 'bool', 'dyn'].includes(type.kind);
  }
}
