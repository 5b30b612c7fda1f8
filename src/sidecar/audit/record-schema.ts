import type { JsonObject } from '../../engine/request/attributes.ts';
import { RECORD_FIELDS, type RecordField, type RecordFields } from './record-fields.ts';

/** A JSON Schema (draft 2020-12) of one decision record. Later versions add fields, so that unknown ones are accepted. */
export function recordSchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Lictor decision record',
    ...objectSchema(RECORD_FIELDS),
  };
}

function objectSchema(fields: RecordFields): JsonObject {
  const rows = Object.entries(fields);
  return {
    type: 'object',
    required: rows.filter(([, { absent }]) => absent === undefined).map(([name]) => name),
    properties: Object.fromEntries(rows.map(([name, field]) => [name, fieldSchema(field)])),
  };
}

function fieldSchema(field: RecordField): JsonObject {
  const { doc, absent } = field;
  const description = absent === undefined ? doc : `${doc}; absent ${absent}`;
  return { description, ...valueSchema(field) };
}

function valueSchema(field: RecordField): JsonObject {
  switch (field.type) {
    case 'text':
      return {
        type: 'string',
        ...(field.values && { enum: field.values }),
        ...(field.pattern !== undefined && { pattern: field.pattern }),
        ...(field.maxLength !== undefined && { maxLength: field.maxLength }),
      };
    case 'integer':
    case 'number':
      return {
        type: field.type,
        minimum: 0,
        ...(field.values && { enum: field.values }),
        ...(field.maximum !== undefined && { maximum: field.maximum }),
      };
    case 'boolean':
      return { type: 'boolean' };
    case 'object':
      return field.orNull === undefined
        ? objectSchema(field.fields)
        : { anyOf: [objectSchema(field.fields), { type: 'null' }] };
    case 'list':
      return {
        type: 'array',
        items: field.fields === undefined ? { type: 'string' } : objectSchema(field.fields),
      };
    case 'map':
      return { type: 'object' };
  }
}
