import { isJsonObject } from '../request/json-value.ts';
import { hasField, readStyle } from './compile-parameter.ts';
import type { Documents, Part } from './documents.ts';
import { type MediaType, readMediaType, specificity } from './media-type.ts';
import type { Content, RequestBody } from './operation.ts';
import { queryNamesOf } from './operation-reads.ts';
import type { Parameter } from './parameter.ts';
import type { CompiledValue, SchemaCompiler } from './schema-compiler.ts';
import { TEXT_SHAPE, type ValueShape } from './value-shape.ts';

/** The `requestBody` of an operation; undefined after a reported mistake. */
export function compileBody(
  documents: Documents,
  compiler: SchemaCompiler,
  written: Part,
): RequestBody | undefined {
  const part = documents.mapping(written, 'a `requestBody`');
  const content = part && documents.member(part, 'content');
  if (part === undefined) return undefined;
  const types = documents.members(content);
  if (types.length === 0)
    return documents.problems.add(
      content ?? part,
      'a `requestBody` needs `content` with a type, such as `application/json`',
    );
  const contents = types.flatMap(([type, media]) => compileContent(documents, compiler, type, media) ?? []);
  return {
    isRequired: part.value['required'] === true,
    contents: contents.toSorted((a, b) => specificity(b.range) - specificity(a.range)),
  };
}

function compileContent(
  documents: Documents,
  compiler: SchemaCompiler,
  type: string,
  written: Part,
): Content | undefined {
  const range = readMediaType(type, true);
  if (range === undefined) {
    const help = 'write a type such as `application/json`, or a range such as `text/*`';
    return documents.problems.add(written, `\`${type}\` is not a content type`, help);
  }
  const media = documents.mapping(written, 'a content type');
  if (media === undefined) return undefined;
  const schema = documents.member(media, 'schema');
  if (schema === undefined) return { ...NO_FORM, range, check: undefined, isOpaque: true };
  const compiled = compiler.compile(schema);
  if (compiled === undefined) return undefined;
  const { check } = compiled;
  const common = { range, check, isOpaque: isOpaque(compiled, range) };
  if (!isForm(range)) return { ...NO_FORM, ...common };
  const shape = compiler.shapeOf(compiled);
  const fields = fieldsOf(documents, shape, documents.member(media, 'encoding'), range);
  return { ...common, shape, fields, names: queryNamesOf(fields) };
}

/** Parts of a content that is not a form. */
const NO_FORM = { shape: TEXT_SHAPE, fields: [], names: queryNamesOf([]) } as const;

function isForm({ name }: MediaType): boolean {
  return name === 'application/x-www-form-urlencoded' || name === 'multipart/form-data' || name.endsWith('*');
}

/** True if the schema asks for text or bytes without any limit, or for nothing: a body of any type fits. */
function isOpaque({ check, schema }: CompiledValue, { name }: MediaType): boolean {
  if (check === undefined) return true;
  if (name.startsWith('text/') || !isJsonObject(schema)) return false;
  const keywords = Object.keys(schema).filter((each) => each !== 'format');
  return keywords.length === 1 && schema['type'] === 'string';
}

/** The fields of a form, by the properties of its schema and its `encoding`. */
function fieldsOf(
  documents: Documents,
  { members }: ValueShape,
  encoding: Part | undefined,
  range: MediaType,
): readonly Parameter[] {
  const known = [...(members?.known ?? [])];
  const names = new Set(known.map(([name]) => name));
  return known.flatMap(([name, shape]) => {
    const own = encoding && documents.member(encoding, name);
    const style = readFieldStyle(documents, own);
    if (style === undefined) return [];
    const isPlainObject =
      shape.members !== undefined && shape.items === undefined && shape.scalars.length === 0;
    // Without a style, an object is JSON (OpenAPI 3.1.1, section 4.8.15.1).
    const isJson = isPlainObject && (range.name === 'multipart/form-data' || !style.isWritten);
    const others = names.difference(new Set([name]));
    return [
      {
        name,
        place: 'query',
        isRequired: false,
        ...style,
        allowsEmpty: false,
        form: isJson ? 'json' : 'styled',
        shape,
        check: undefined,
        others,
      } as const,
    ];
  });
}

function readFieldStyle(
  documents: Documents,
  written: Part | undefined,
):
  | { readonly style: Parameter['style']; readonly explode: boolean; readonly isWritten: boolean }
  | undefined {
  if (written === undefined) return { style: 'form', explode: true, isWritten: false };
  const part = documents.mapping(written, 'an `encoding`');
  const style = part && readStyle(documents, part, 'query');
  return style && { ...style, isWritten: hasField(part, 'style', 'explode', 'allowReserved') };
}
