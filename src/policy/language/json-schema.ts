import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { DATASET_FIELDS, ENVIRONMENT_FIELDS } from './data-document.ts';
import { API_VERSION, DOCUMENT_FIELDS, KINDS, metadataFields } from './document.ts';
import type { Fields } from './fields.ts';
import { FIXTURES_FIELDS } from './fixtures-document.ts';
import { ISSUER_FIELDS } from './issuer-document.ts';
import { POLICY_FIELDS } from './policy-document.ts';
import type { Reader } from './shape.ts';
import { type Shape, type ShapedField, shapeOf } from './shape.ts';
import { TEMPLATE_FIELDS } from './template-document.ts';
import { TEST_FIELDS } from './test-document.ts';

type Kind = keyof typeof KINDS;

/** The fields of `spec`, by kind. */
export const SPEC_FIELDS: Readonly<Record<Kind, Fields>> = {
  Policy: POLICY_FIELDS,
  Issuer: ISSUER_FIELDS,
  PolicyTest: TEST_FIELDS,
  TestFixtures: FIXTURES_FIELDS,
  Dataset: DATASET_FIELDS,
  Environment: ENVIRONMENT_FIELDS,
  PolicyTemplate: TEMPLATE_FIELDS,
};

/**
 * A JSON Schema (draft 2020-12) of the documents of every kind, for editors. It comes from the field tables of the
 * reader, and does not contain rules about several fields together.
 */
export function documentSchema(): JsonObject {
  const definitions = new Definitions();
  const kinds = Object.keys(SPEC_FIELDS).map((name) => {
    const kind = name as Kind;
    const metadata = definitions.of(metadataFields(kind), `${kind}.metadata`, false);
    const spec = definitions.of(SPEC_FIELDS[kind], kind, kind === 'PolicyTemplate');
    return {
      if: { properties: { kind: { const: kind } }, required: ['kind'] },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { properties: { metadata, spec } },
    };
  });
  const { apiVersion, kind, metadata, spec } = DOCUMENT_FIELDS;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Lictor policy documents',
    type: 'object',
    required: Object.keys(DOCUMENT_FIELDS),
    additionalProperties: false,
    properties: {
      apiVersion: { description: apiVersion.doc, const: API_VERSION },
      kind: {
        description: kind.doc,
        oneOf: Object.entries(KINDS).map(([name, { doc }]) => ({ const: name, description: doc })),
      },
      metadata: { description: metadata.doc, type: 'object' },
      spec: { description: spec.doc, type: 'object' },
    },
    allOf: kinds,
    $defs: definitions.all(),
  };
}

/** Alternative to any value of a template except an expression. */
const PARAMETER: JsonObject = {
  type: 'object',
  description: 'the value of a parameter of the template',
  required: ['param'],
  additionalProperties: false,
  properties: { param: { type: 'string' } },
};

type Forms = NonNullable<Extract<Shape, { kind: 'mapping' }>['oneOf']>;

function formSchema({ required, without }: Forms[number]): JsonObject {
  const properties = [
    ...required.map((name): [string, boolean] => [name, true]),
    ...without.map((name): [string, boolean] => [name, false]),
  ];
  return { type: 'object', required, properties: Object.fromEntries(properties) };
}

/** The schemas of the field tables, each named by the path of its first use. */
class Definitions {
  readonly #found = new Map<string, JsonObject>();
  /** Names by table; the schema of a table differs between policies and templates. */
  readonly #names = { plain: new Map<unknown, string>(), template: new Map<unknown, string>() };
  readonly #used = new Set<string>();

  /** A reference to the schema of a table. */
  of(
    fields: Readonly<Record<string, ShapedField>>,
    path: string,
    isTemplate: boolean,
    oneOf: Forms = [],
  ): JsonObject {
    const names = this.#names[isTemplate ? 'template' : 'plain'];
    const known = names.get(fields);
    if (known !== undefined) return { $ref: `#/$defs/${known}` };
    const name = this.#unusedName(path);
    names.set(fields, name);
    const rows = Object.entries(fields);
    const properties = rows.map(([key, field]): [string, JsonObject] => {
      const schema = this.#schema(field.like ?? field.read, `${path}.${key}`, isTemplate);
      return [key, { description: field.doc, ...schema }];
    });
    const required = rows
      .filter(([, field]) => field.required === true && field.unless === undefined)
      .map(([key]) => key);
    this.#found.set(name, {
      type: 'object',
      additionalProperties: false,
      ...(required.length > 0 ? { required } : {}),
      properties: Object.fromEntries(properties),
      ...(oneOf.length > 0 ? { oneOf: oneOf.map(formSchema) } : {}),
    });
    return { $ref: `#/$defs/${name}` };
  }

  /** The path, with a number if another table has it: a field may accept mappings of several tables. */
  #unusedName(path: string): string {
    let name = path;
    for (let number = 2; this.#used.has(name); number++) name = `${path}.${number}`;
    this.#used.add(name);
    return name;
  }

  all(): JsonObject {
    return Object.fromEntries([...this.#found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  #schema(read: Reader<unknown>, path: string, isTemplate: boolean): JsonObject {
    const shape = shapeOf(read);
    // `true` and `1` are expressions even without quotes.
    if (shape?.kind === 'expression') return { type: ['string', 'boolean', 'number'], pattern: '\\S' };
    const schema = this.#plain(read, path, isTemplate);
    return isTemplate && shape !== undefined ? { anyOf: [schema, PARAMETER] } : schema;
  }

  #plain(read: Reader<unknown>, path: string, isTemplate: boolean): JsonObject {
    const shape = shapeOf(read);
    const inner = (reader: Reader<unknown>): JsonValue => this.#schema(reader, path, isTemplate);
    switch (shape?.kind) {
      case undefined:
      case 'expression':
        return {};
      case 'value':
      case 'text':
        return shape.schema;
      case 'mapping':
        return this.of(shape.fields, path, isTemplate, shape.oneOf);
      case 'list':
        return {
          type: 'array',
          ...(shape.least > 0 ? { minItems: shape.least } : {}),
          items: inner(shape.item),
        };
      case 'map':
        return {
          type: 'object',
          ...(shape.reserved && { propertyNames: { not: { enum: shape.reserved } } }),
          additionalProperties: inner(shape.value),
        };
      case 'either':
        return { anyOf: shape.of.map(inner) };
    }
  }
}
