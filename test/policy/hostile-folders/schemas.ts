import { type Files, type HostileFolder, many, policy } from './hostile-folder.ts';

/** A folder with one policy that requires a JSON Schema, which is in a file of its own. */
function withSchema(schema: string): Files {
  return {
    'policy.yaml': policy('shop', '  schemas: [{body: {jsonSchema: body.schema.json}}]\n'),
    'body.schema.json': schema,
  };
}

function definitions(count: number, text: (index: number) => string, root = '"$ref": "#/$defs/d0"'): string {
  return `{"$defs": {${many(count, (index) => `"d${index}": ${text(index)}`, ',')}}, ${root}}`;
}

const OBJECT = '"type": "object"';

/** JSON Schemas, each at most 1 MiB. */
export const SCHEMAS: readonly HostileFolder[] = [
  {
    name: 'schema: one large definition in a thousand places',
    outcome: 'invalid_schema',
    files: (scale = 1) => {
      const leaf = `{${OBJECT}, "properties": {${many(400 * scale, (each) => `"member${each}": {"type": "string", "minLength": ${each}}`, ',')}}}`;
      const uses = many(1_000 * scale, (each) => `"use${each}": {"$ref": "#/$defs/leaf"}`, ',');
      return withSchema(`{"$defs": {"leaf": ${leaf}}, ${OBJECT}, "properties": {${uses}}}`);
    },
  },
  {
    name: 'schema: one definition of the largest size in as many places as are allowed',
    outcome: 'loads',
    files: (scale = 1) => {
      const leaf = `{${OBJECT}, "properties": {${many(480 * scale, (each) => `"member${each}": {"type": "string", "minLength": ${each}}`, ',')}}}`;
      const uses = many(480 * scale, (each) => `"use${each}": {"$ref": "#/$defs/leaf"}`, ',');
      return withSchema(`{"$defs": {"leaf": ${leaf}}, ${OBJECT}, "properties": {${uses}}}`);
    },
  },
  {
    name: 'schema: a hundred definitions of which each refers to the next one ten times',
    outcome: 'loads',
    files: (scale = 1) => {
      const last = Math.round(100 * scale) - 1;
      return withSchema(
        definitions(last + 1, (each) =>
          each === last
            ? '{"type": "string"}'
            : `{"allOf": [${many(10, () => `{"$ref": "#/$defs/d${each + 1}"}`, ',')}]}`,
        ),
      );
    },
  },
  {
    name: 'schema: as many branches as are allowed, with unevaluated properties',
    outcome: 'loads',
    files: (scale = 1) =>
      withSchema(
        `{${OBJECT}, "unevaluatedProperties": false, "allOf": [${many(490 * scale, (each) => `{"properties": {"k${each}": {"type": "string"}}}`, ',')}]}`,
      ),
  },
  {
    name: 'schema: each definition refers to the next one twice',
    outcome: 'invalid_schema',
    files: (scale = 1) => {
      const last = Math.round(2_000 * scale) - 1;
      return withSchema(
        definitions(last + 1, (each) =>
          each === last
            ? '{"type": "string"}'
            : `{"allOf": [{"$ref": "#/$defs/d${each + 1}"}, {"$ref": "#/$defs/d${each + 1}"}]}`,
        ),
      );
    },
  },
  {
    name: 'schema: each definition is an object with ten members of the next one',
    outcome: 'invalid_schema',
    files: (scale = 1) => {
      const last = Math.round(1_000 * scale) - 1;
      return withSchema(
        definitions(last + 1, (each) =>
          each === last
            ? '{"type": "string"}'
            : `{${OBJECT}, "properties": {${many(10, (member) => `"m${member}": {"$ref": "#/$defs/d${each + 1}"}`, ',')}}}`,
        ),
      );
    },
  },
  {
    name: 'schema: definitions without references in a chain of allOf',
    outcome: 'invalid_schema',
    files: (scale = 1) =>
      withSchema(
        `{"$defs": {"a": {${OBJECT}, "properties": {${many(100, (each) => `"a${each}": {"type": "integer"}`, ',')}}}}, "allOf": [${many(5_000 * scale, () => '{"$ref": "#/$defs/a"}', ',')}]}`,
      ),
  },
  {
    name: 'schema: twenty thousand properties',
    outcome: 'invalid_schema',
    files: (scale = 1) =>
      withSchema(
        `{${OBJECT}, "properties": {${many(20_000 * scale, (each) => `"member${each}": {"type": "string", "maxLength": 9}`, ',')}}}`,
      ),
  },
  {
    name: 'schema: an enum of eighty thousand texts',
    outcome: 'loads',
    files: (scale = 1) =>
      withSchema(`{"type": "string", "enum": [${many(80_000 * scale, (each) => `"v${each}"`, ',')}]}`),
  },
  {
    name: 'schema: an enum of ten thousand objects',
    outcome: 'loads',
    files: (scale = 1) =>
      withSchema(
        `{"enum": [${many(10_000 * scale, (each) => `{"value": ${each}, "other": [${each}]}`, ',')}]}`,
      ),
  },
  {
    name: 'schema: the same enum of objects twenty thousand times',
    outcome: 'loads',
    files: (scale = 1) =>
      withSchema(`{"enum": [${many(20_000 * scale, () => '{"value": 1, "other": [2]}', ',')}]}`),
  },
  {
    name: 'schema: fifty thousand required members',
    outcome: 'loads',
    files: (scale = 1) =>
      withSchema(`{${OBJECT}, "required": [${many(50_000 * scale, (each) => `"member${each}"`, ',')}]}`),
  },
  {
    name: 'schema: required members that are not unique',
    outcome: 'invalid_schema',
    files: (scale = 1) =>
      withSchema(
        `{${OBJECT}, "required": [${many(50_000 * scale, (each) => `"member${each % 25_000}"`, ',')}]}`,
      ),
  },
  {
    name: 'schema: ten thousand patterns',
    outcome: 'invalid_schema',
    files: (scale = 1) =>
      withSchema(
        `{${OBJECT}, "patternProperties": {${many(10_000 * scale, (each) => `"^p${each}(a|b)*[0-9]{1,30}$": {"type": "string"}`, ',')}}}`,
      ),
  },
  {
    name: 'schema: patterns that are large when compiled',
    outcome: 'invalid_schema',
    files: (scale = 1) =>
      withSchema(
        `{${OBJECT}, "properties": {${many(4_000 * scale, (each) => `"p${each}": {"type": "string", "pattern": "^(\\\\w{1,${900 + (each % 90)}}x){1,1}${each}$"}`, ',')}}}`,
      ),
  },
  {
    name: 'schema: six thousand branches of anyOf',
    outcome: 'invalid_schema',
    files: (scale = 1) =>
      withSchema(
        `{${OBJECT}, "anyOf": [${many(6_000 * scale, (each) => `{"properties": {"kind": {"const": "k${each}"}}, "required": ["kind"]}`, ',')}]}`,
      ),
  },
  {
    name: 'schema: unevaluated properties after thousands of branches',
    outcome: 'invalid_schema',
    files: (scale = 1) =>
      withSchema(
        `{${OBJECT}, "unevaluatedProperties": false, "allOf": [${many(6_000 * scale, (each) => `{"properties": {"k${each}": {"type": "string"}}}`, ',')}]}`,
      ),
  },
  {
    name: 'schema: unevaluated properties at each of many levels',
    outcome: 'loads',
    files: (scale = 1) => {
      const levels = Math.round(14 * scale);
      const open = `{${OBJECT}, "unevaluatedProperties": false, "properties": {"p": {"type": "string"}}, "anyOf": [`;
      return withSchema(`${open.repeat(levels)}true${']}'.repeat(levels)}`);
    },
  },
  {
    name: 'schema: ten thousand anchors and dynamic references',
    outcome: 'invalid_schema',
    files: (scale = 1) =>
      withSchema(
        definitions(
          8_000 * scale,
          (each) => `{"$dynamicAnchor": "a${each}", "type": "array", "items": {"$dynamicRef": "#a${each}"}}`,
        ),
      ),
  },
  {
    name: 'schema: thousands of identified schemas within each other',
    outcome: 'loads',
    files: (scale = 1) =>
      withSchema(
        definitions(
          8_000 * scale,
          (each) => `{"$id": "https://a.example/${each}", "type": "array", "items": {"$ref": "#"}}`,
        ),
      ),
  },
  {
    name: 'schema: nested to the deepest level, with a reference to each level',
    outcome: 'invalid_schema',
    files: (scale = 1) => {
      const levels = Math.round(28 * scale);
      const nested = `${`{${OBJECT}, "properties": {"p": `.repeat(levels)}{"type": "string"}${'}}'.repeat(levels)}`;
      const uses = many(
        4_000 * scale,
        (each) => `"u${each}": {"$ref": "#/$defs/d${'/properties/p'.repeat(each % levels)}"}`,
        ',',
      );
      return withSchema(`{"$defs": {"d": ${nested}}, ${OBJECT}, "properties": {${uses}}}`);
    },
  },
  {
    name: 'schema: brackets deeper than any schema',
    outcome: 'invalid_reference',
    files: (scale = 1) => withSchema('['.repeat(1_000_000 * scale)),
  },
  {
    name: 'schema: thousands of unknown keywords',
    outcome: 'invalid_schema',
    files: (scale = 1) =>
      withSchema(
        `{${OBJECT}, "properties": {${many(10_000 * scale, (each) => `"m${each}": {"typo${each}": 1, "type": 3}`, ',')}}}`,
      ),
  },
  {
    name: 'schema: thousands of references without a target',
    outcome: 'invalid_schema',
    files: (scale = 1) =>
      withSchema(
        `{${OBJECT}, "properties": {${many(15_000 * scale, (each) => `"m${each}": {"$ref": "#/$defs/none${each}"}`, ',')}}}`,
      ),
  },
  {
    name: 'schema: dependent members, each on all the others',
    outcome: 'invalid_schema',
    files: (scale = 1) =>
      withSchema(
        `{${OBJECT}, "dependentRequired": {${many(250 * scale, (each) => `"m${each}": [${many(250 * scale, (other) => `"m${other}"`, ',')}]`, ',')}}}`,
      ),
  },
  {
    name: 'schema: one file that thousands of policies require',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policies.yaml': many(
        2_000 * scale,
        (each) => policy(`p${each}`, '  schemas: [{body: {jsonSchema: body.schema.json}}]\n'),
        '---\n',
      ),
      'body.schema.json': `{${OBJECT}, "properties": {${many(400 * scale, (each) => `"m${each}": {"type": "string"}`, ',')}}}`,
    }),
  },
];
