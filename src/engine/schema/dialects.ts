import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { mapSchemas } from './subschemas.ts';

/** A mistake in a schema; `pointer` is a JSON pointer (RFC 6901) into it, empty for the whole schema. */
export interface SchemaProblem {
  readonly pointer: string;
  /** One lower-case sentence without a full stop. */
  readonly message: string;
}

const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema';
const DRAFT_7 = 'http://json-schema.org/draft-07/schema';

/**
 * Keywords that generators of schemas write beside those of JSON Schema and that constrain nothing: those of OpenAPI,
 * of editors and of code generators. Any other unknown keyword is a mistake, since a misspelt one would check nothing.
 */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  'discriminator',
  'xml',
  'externalDocs',
  'example',
  'markdownDescription',
  'enumDescriptions',
  'enumNames',
  'markdownEnumDescriptions',
  'defaultSnippets',
  'deprecationMessage',
  'tsType',
  'tsEnumNames',
  'javaType',
  'existingJavaType',
]);

/** A schema without the keywords that constrain nothing: those of the table, and names that begin with `x-`. */
export function withoutAnnotations(schema: JsonValue): JsonValue {
  return mapSchemas(schema, (each) => {
    const entries = Object.entries<JsonValue>(each);
    const kept = entries.filter(([keyword]) => !ANNOTATIONS.has(keyword) && !keyword.startsWith('x-'));
    return kept.length === entries.length ? each : Object.fromEntries(kept);
  });
}

/** A schema of draft-07 that means the same in 2020-12, or one of 2020-12, as one of 2020-12; else its problems. */
export function asDraft2020(
  schema: JsonValue,
):
  | { readonly schema: JsonValue; readonly problems?: undefined }
  | { readonly problems: readonly SchemaProblem[]; readonly schema?: undefined } {
  const dialect = isJsonObject(schema) ? schema['$schema'] : undefined;
  const name = typeof dialect === 'string' ? dialect.replace(/#$/, '') : dialect;
  if (name === undefined || name === DRAFT_2020) return { schema };
  if (name !== DRAFT_7 && name !== DRAFT_7.replace('http:', 'https:')) {
    const message = `the schema must be of draft 2020-12, \`${DRAFT_2020}\`, or of draft-07`;
    return { problems: [{ pointer: '/$schema', message }] };
  }
  const problems: SchemaProblem[] = [];
  const converted = mapSchemas(schema, (each, pointer) => {
    problems.push(...differences(each, pointer));
    const { $schema: _, ...rest } = each;
    return rest;
  });
  return problems.length > 0 ? { problems } : { schema: converted };
}

/** Keywords that only one of the two drafts has, with what to write instead in 2020-12. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['additionalItems', '`items` beside `prefixItems`'],
  ['dependencies', '`dependentRequired` or `dependentSchemas`'],
]);
const LATER: ReadonlySet<string> = new Set([
  'prefixItems',
  'unevaluatedItems',
  'unevaluatedProperties',
  'dependentRequired',
  'dependentSchemas',
  'minContains',
  'maxContains',
  '$anchor',
  '$dynamicRef',
  '$dynamicAnchor',
]);
/** Keywords that may stand beside `$ref` in both drafts, since they constrain nothing. */
const BESIDE_REF: ReadonlySet<string> = new Set([
  '$ref',
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'default',
  'examples',
  'readOnly',
  'writeOnly',
  'deprecated',
  'definitions',
  '$defs',
]);

/** Parts of one schema of draft-07 that mean something else in 2020-12. */
function differences(schema: JsonObject, pointer: string): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const add = (keyword: string, message: string): void =>
    void problems.push({
      pointer: `${pointer}/${keyword}`,
      message: `${message}; the schema is of draft-07`,
    });
  if (isJsonList(schema['items'])) add('items', 'a list in `items` is `prefixItems` in draft 2020-12');
  for (const keyword of Object.keys(schema)) {
    const renamed = RENAMED.get(keyword);
    if (renamed !== undefined) add(keyword, `\`${keyword}\` is ${renamed} in draft 2020-12`);
    if (LATER.has(keyword)) add(keyword, `\`${keyword}\` is a keyword of draft 2020-12 only`);
    const isIgnored = Object.hasOwn(schema, '$ref') && !BESIDE_REF.has(keyword);
    if (isIgnored) add(keyword, `\`${keyword}\` beside \`$ref\` is ignored in draft-07 and not in 2020-12`);
  }
  return problems;
}
