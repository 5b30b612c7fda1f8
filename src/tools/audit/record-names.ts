import { createEnvironment, type Declaration, type Environment } from '../../cel/check/environment.ts';
import { DYN, INT, STRING, type Type } from '../../cel/value/type.ts';
import {
  MAX_TEXT,
  RECORD_FIELDS,
  type RecordField,
  type RecordFields,
} from '../../sidecar/audit/record-fields.ts';

/** The fields of records as names of expressions. */
export function recordEnvironment(): Environment {
  return createEnvironment(
    Object.fromEntries(Object.entries(RECORD_FIELDS).flatMap(([name, field]) => declarationsOf(name, field))),
  );
}

function declarationsOf(name: string, field: RecordField): readonly (readonly [string, Declaration])[] {
  if (field.type !== 'object') return [[name, { type: typeOf(name, field), max: maxOf(field) }]];
  return Object.entries(field.fields).flatMap(([inner, each]) => declarationsOf(`${name}.${inner}`, each));
}

function maxOf(field: RecordField): number {
  return field.type === 'text' ? (field.maxLength ?? MAX_TEXT) : MAX_TEXT;
}

function typeOf(name: string, field: RecordField): Type {
  switch (field.type) {
    case 'text':
      return STRING;
    case 'integer':
      return INT;
    case 'number':
      return { kind: 'double' };
    case 'boolean':
      return { kind: 'bool' };
    case 'list':
      return { kind: 'list', element: field.fields === undefined ? STRING : objectOf(name, field.fields) };
    case 'map':
      return { kind: 'map', key: STRING, value: DYN };
    case 'object':
      return objectOf(name, field.fields);
  }
}

function objectOf(name: string, fields: RecordFields): Type {
  const types = Object.entries(fields).map(
    ([inner, each]) => [inner, typeOf(`${name}.${inner}`, each)] as const,
  );
  return { kind: 'object', name, fields: new Map(types) };
}
