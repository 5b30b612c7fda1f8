import { utf8Text } from '../request/utf8.ts';
import type { BodyDenial } from '../schema/body-schema.ts';
import type { Sent } from './convert.ts';
import { CHARSET, type Field, fieldTrouble, isUtf8Name, judgeFields, misfit } from './form-body.ts';
import { isJson, isUtf8, type MediaType, readMediaType } from './media-type.ts';
import { type Part, readMultipart } from './multipart.ts';
import type { Content } from './operation.ts';
import type { Parameter } from './parameter.ts';
import { TEXT_SHAPE, type ValueShape } from './value-shape.ts';

/** The denial of a body of the type `multipart/form-data`; undefined if it fits. */
export function judgeMultipart(
  content: Content,
  { parameters }: MediaType,
  bytes: Uint8Array,
): BodyDenial | undefined {
  const parts = hasOneReading(parameters)
    ? readMultipart(bytes, parameters.get('boundary') ?? '')
    : undefined;
  if (parts === undefined || parts.some(isOtherCharset))
    return {
      reason: 'body_malformed',
      detail: 'the body is not multipart/form-data that servers read alike',
    };
  const trouble = fieldTrouble(
    content,
    parts.map(({ name }) => encodeURIComponent(name.toWellFormed())),
  );
  if (trouble !== undefined) return misfit(trouble);
  const fields = fieldsOf(content, parts);
  return typeof fields === 'string' ? misfit(fields) : judgeFields(content, fields);
}

/** Some servers take the first text `boundary=` of the content type, also in another parameter. */
function hasOneReading(parameters: MediaType['parameters']): boolean {
  return parameters.keys().every((name) => name === 'boundary' || name === 'charset');
}

/** A field by which some servers read the text of all others (RFC 7578, section 4.6). */
function isOtherCharset({ name, bytes }: Part): boolean {
  return name.toLowerCase() === CHARSET && !isUtf8Name(LATIN1.decode(bytes));
}

/** True for JSON that is the value of its text as well, where the schema permits no string. */
function isSameAsText(json: string, { scalars }: ValueShape): boolean {
  return !scalars.includes('string') && /^(?:true|false|null|-?(?:0|[1-9]\d{0,14}))$/.test(json);
}

const LATIN1 = new TextDecoder('latin1');

function fieldsOf(content: Content, parts: readonly Part[]): readonly Field[] | string {
  const byName = Map.groupBy(parts, ({ name }) => name);
  const fields: Field[] = [];
  for (const [name, own] of byName) {
    const field = fieldOf(content, name, own);
    if (typeof field === 'string') return field;
    fields.push(field);
  }
  return fields;
}

function fieldOf({ fields, shape }: Content, name: string, parts: readonly Part[]): Field | string {
  const known = fields.find((each) => each.name === name);
  const inner = known?.shape ?? shape.members?.others ?? TEXT_SHAPE;
  const texts = parts.map(textOf);
  const read = texts.filter((text) => text !== undefined);
  const [only, second] = parts;
  if (read.length < texts.length || only === undefined) return `the field \`${name}\` is not UTF-8`;
  if (second !== undefined && inner.items === undefined)
    return `the field \`${name}\` appears more than once`;
  if (second === undefined && isJsonPart(only, known, inner)) {
    const isDescribed = known !== undefined || shape.members?.isOpen === true;
    if (isDescribed && inner.scalars.length > 0 && !isSameAsText(read[0] ?? '', inner))
      return `the field \`${name}\` must be sent as text`;
    return { name, shape: inner, isJson: true, ways: [read[0] ?? ''] };
  }
  const sent = (each: readonly string[]): Sent => (inner.items === undefined ? (each[0] ?? '') : each);
  if (!parts.some(({ isFile }) => isFile)) return { name, shape: inner, isJson: false, ways: [sent(read)] };
  // Services that keep files apart read no text, and others that of the file.
  const apart = parts.map((each, index) => (each.isFile ? '' : (read[index] ?? '')));
  return { name, shape: inner, isJson: false, ways: [sent(apart), sent(read)] };
}

/** A part that says so, and one for an object, is JSON (OpenAPI 3.1.1, section 4.8.14.3). */
function isJsonPart(
  { type, isFile }: Part,
  known: Parameter | undefined,
  { scalars, items }: ValueShape,
): boolean {
  const name = type === '' ? undefined : readMediaType(type)?.name;
  const isObject = known?.form === 'json' && scalars.length === 0 && items === undefined;
  // Browsers give a file name to JSON of an object; a file of another field stays one.
  if (name !== undefined) return isJson(name) && (!isFile || isObject);
  return isObject && !isFile;
}

/** The text of a field; undefined for bytes that are not UTF-8. A file may have any bytes. */
function textOf({ isFile, type, bytes }: Part): string | undefined {
  const text = utf8Text(bytes);
  if (isFile) return text ?? LATIN1.decode(bytes);
  const media = type === '' ? undefined : readMediaType(type);
  return type !== '' && (media === undefined || !isUtf8(media)) ? undefined : text;
}
