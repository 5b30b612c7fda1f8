import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { FORMAT_NAMES, isFormat } from './formats.ts';
import { keywordHelp } from './keyword-help.ts';
import { isOfTools, keywordOf, keywordsOf, otherDialect } from './keywords.ts';
import type { Place } from './place.ts';
import { escapeToken } from './pointer.ts';
import type { SchemaProblems } from './problem.ts';

/** Reports keywords of a schema with a value that they do not take, and warns of those that have no effect. */
export function checkKeywords(schema: JsonObject, place: Place, problems: SchemaProblems): void {
  for (const [name, value] of Object.entries<JsonValue>(schema)) {
    const { dialect } = place.resource;
    const keyword = keywordOf(name, dialect);
    if (keyword === undefined) warnOfKeyword(name, place, problems);
    else if (!keyword.fits(value))
      problems.add(
        place.document.uri,
        `${place.pointer}/${escapeToken(name)}`,
        name === 'type' && typeof value === 'string'
          ? `\`${value}\` is not a type of JSON Schema`
          : `\`${name}\` must be ${keyword.words}`,
        keywordHelp(name, value, dialect),
      );
    else if (dialect.isReferenceAlone && Object.hasOwn(schema, '$ref')) warnOfIgnored(name, place, problems);
    else if (name === 'format' && typeof value === 'string' && !isFormat(value))
      warnOfFormat(value, place, problems);
    else if (name === 'pattern' && typeof value === 'string') warnOfSlashes(value, place, problems);
  }
}

/** A literal of JavaScript whose slashes cannot be meant: nothing is before `^` or after `$`. */
const LITERAL = /^\/(\^.*|.*(?<!\\)\$)\/([dgimsuvy]*)$/s;

function warnOfSlashes(pattern: string, { document, pointer }: Place, problems: SchemaProblems): void {
  const [, inner, flags = ''] = LITERAL.exec(pattern) ?? [];
  if (inner === undefined) return;
  const kept = flags.replaceAll(/[^ims]/g, '');
  problems.warn({
    code: 'pattern_in_slashes',
    document: document.uri,
    pointer: `${pointer}/pattern`,
    message: 'the slashes around the pattern are a part of it, so that no text matches',
    replacement: kept === '' ? inner : `(?${kept}:${inner})`,
  });
}

function warnOfKeyword(name: string, { document, pointer, resource }: Place, problems: SchemaProblems): void {
  if (isOfTools(name)) return;
  const { dialect } = resource;
  const other = otherDialect(name);
  problems.warn({
    code: 'unknown_keyword',
    document: document.uri,
    pointer: `${pointer}/${escapeToken(name)}`,
    message:
      other === undefined
        ? `\`${name}\` is not a keyword of JSON Schema, and checks nothing`
        : `\`${name}\` is a keyword of ${other}, and checks nothing in ${dialect.name}`,
    ...(other === undefined ? { unknown: { name, known: keywordsOf(dialect) } } : {}),
  });
}

/** Keywords that hold schemas for references, and so have an effect beside one. */
const HOLDERS: ReadonlySet<string> = new Set(['$ref', '$defs', 'definitions']);

function warnOfIgnored(name: string, { document, pointer, resource }: Place, problems: SchemaProblems): void {
  const { dialect } = resource;
  if (HOLDERS.has(name) || keywordOf(name, dialect)?.isAnnotation === true) return;
  problems.warn({
    code: 'unknown_keyword',
    document: document.uri,
    pointer: `${pointer}/${escapeToken(name)}`,
    message: `\`${name}\` beside \`$ref\` checks nothing in ${dialect.name}`,
    help: 'write both into an `allOf`',
  });
}

function warnOfFormat(name: string, { document, pointer }: Place, problems: SchemaProblems): void {
  problems.warn({
    code: 'unknown_format',
    document: document.uri,
    pointer: `${pointer}/format`,
    message: `\`${name}\` is not a known format, and checks nothing`,
    unknown: { name, known: FORMAT_NAMES },
  });
}
