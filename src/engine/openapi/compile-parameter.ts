import { isJsonObject } from '../request/json-value.ts';
import type { Documents, MappingPart, Part } from './documents.ts';
import { isJson, readMediaType } from './media-type.ts';
import { placeHelp, schemaHelp } from './older-versions.ts';
import type { Parameter } from './parameter.ts';
import type { SchemaCompiler } from './schema-compiler.ts';
import {
  DEFAULT_STYLES,
  fitsPlace,
  isStyle,
  type ParameterPlace,
  PLACES,
  STYLES,
  type Style,
} from './styles.ts';
import { TEXT_SHAPE } from './value-shape.ts';

/** A parameter of an operation, before its schema is compiled. */
export interface ParameterPart {
  readonly name: string;
  readonly place: ParameterPlace;
  readonly part: MappingPart;
}

/** Headers that other parts of a document describe (OpenAPI 3.1.1, section 4.8.12.2). */
const IGNORED_HEADERS: ReadonlySet<string> = new Set(['accept', 'content-type', 'authorization']);

/** The parameters of a list; those with a mistake are reported and left out. */
export function readParameters(documents: Documents, list: Part | undefined): readonly ParameterPart[] {
  if (list !== undefined && !Array.isArray(list.value))
    documents.problems.add(list, '`parameters` must be a list');
  const found = new Map<string, ParameterPart>();
  for (const item of documents.items(list)) {
    const part = documents.mapping(item, 'a parameter');
    const read = part && readParameter(documents, part);
    if (read === undefined) continue;
    const key = `${read.place} ${read.name}`;
    if (found.has(key))
      documents.problems.add(
        item,
        `the ${read.place} parameter \`${read.name}\` is listed twice`,
        'keep one of them',
      );
    found.set(key, read);
  }
  return [...found.values()].filter(({ name, place }) => place !== 'header' || !IGNORED_HEADERS.has(name));
}

function readParameter(documents: Documents, part: MappingPart): ParameterPart | undefined {
  const { problems } = documents;
  const { name: written, in: place } = part.value;
  if (typeof written !== 'string' || written === '') return problems.add(part, 'a parameter needs a `name`');
  const known = PLACES.find((each) => each === place);
  if (known === undefined) {
    const at = documents.member(part, 'in') ?? part;
    return problems.add(at, `the parameter \`${written}\` has no known \`in\``, placeHelp(place));
  }
  return { name: known === 'header' ? written.toLowerCase() : written, place: known, part };
}

/** The parameters of an operation: its own, and those of its path that it does not replace. */
export function withOwn(
  shared: readonly ParameterPart[],
  own: readonly ParameterPart[],
): readonly ParameterPart[] {
  const isReplaced = ({ name, place }: ParameterPart): boolean =>
    own.some((each) => each.name === name && each.place === place);
  return [...shared.filter((each) => !isReplaced(each)), ...own];
}

/** A parameter with its schema compiled; undefined after a reported mistake. */
export function compileParameter(
  documents: Documents,
  compiler: SchemaCompiler,
  { name, place, part }: ParameterPart,
  all: readonly ParameterPart[],
): Parameter | undefined {
  const { problems } = documents;
  const { required, allowEmptyValue } = part.value;
  if (place === 'path' && required !== true) {
    const message = `the path parameter \`${name}\` must be required`;
    return problems.add(documents.member(part, 'required') ?? part, message, 'write `required: true`');
  }
  const style = readStyle(documents, part, place);
  const content = documents.member(part, 'content');
  const schema = documents.member(part, 'schema');
  if (style === undefined) return undefined;
  if ((content === undefined) === (schema === undefined)) {
    const help = content ? 'write one of them' : schemaHelp(part.value);
    const message = `the parameter \`${name}\` ${content ? 'has `schema` and `content`' : 'has neither `schema` nor `content`'}`;
    return problems.add(part, message, help);
  }
  const common = {
    name,
    place,
    isRequired: required === true,
    style: style.style,
    explode: style.explode,
    allowsEmpty: place === 'query' && allowEmptyValue === true,
    others: new Set(
      all.filter((each) => each.place === 'query' && each.name !== name).map((each) => each.name),
    ),
  };
  if (content !== undefined) return ofContent(documents, compiler, content, common);
  const compiled = schema && compiler.compile(schema);
  return compiled && { ...common, form: 'styled', shape: compiler.shapeOf(compiled), check: compiled.check };
}

/** A parameter with `content`: its text is JSON, or text. */
function ofContent(
  documents: Documents,
  compiler: SchemaCompiler,
  content: Part,
  common: Omit<Parameter, 'form' | 'shape' | 'check'>,
): Parameter | undefined {
  const [entry, second] = documents.members(content);
  if (entry === undefined || second !== undefined)
    return documents.problems.add(content, 'the `content` of a parameter has exactly one type');
  const [type, media] = entry;
  const form = isJson(readMediaType(type)?.name ?? '') ? 'json' : 'text';
  const schema = documents.member(media, 'schema');
  if (schema === undefined) return { ...common, form, shape: TEXT_SHAPE, check: undefined };
  const compiled = compiler.compile(schema);
  return compiled && { ...common, form, shape: compiler.shapeOf(compiled), check: compiled.check };
}

/** `style` and `explode`; undefined after a reported mistake. */
export function readStyle(
  documents: Documents,
  part: MappingPart,
  place: ParameterPlace,
): { readonly style: Style; readonly explode: boolean } | undefined {
  const { style: written = DEFAULT_STYLES[place], explode } = part.value;
  const at = documents.member(part, 'style') ?? part;
  const fitting = Object.keys(STYLES).filter((each) => isStyle(each) && fitsPlace(each, place));
  if (!isStyle(written) || !fitsPlace(written, place)) {
    const help = `write ${fitting.map((each) => `\`${each}\``).join(' or ')}`;
    return documents.problems.add(at, `\`style\` is not one of ${place} parameters`, help);
  }
  if (explode !== undefined && typeof explode !== 'boolean')
    return documents.problems.add(
      documents.member(part, 'explode') ?? part,
      '`explode` must be `true` or `false`',
    );
  return { style: written, explode: explode ?? written === 'form' };
}

/** True for an object with one of these fields. */
export function hasField(part: Part | undefined, ...names: readonly string[]): boolean {
  const value = part?.value;
  return isJsonObject(value) && names.some((name) => Object.hasOwn(value, name));
}
