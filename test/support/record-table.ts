import { RECORD_FIELDS, type RecordField, type RecordFields } from '../../src/sidecar/audit/record-fields.ts';
import { code, table } from './markdown.ts';

/** The reference of the fields of decision records. */
export function recordTable(): string {
  return table(['field', 'type', 'meaning', 'bound', 'absent', 'since'], rowsOf(RECORD_FIELDS, ''));
}

function rowsOf(fields: RecordFields, prefix: string): readonly (readonly string[])[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const path = `${prefix}${name}${field.type === 'list' ? '[]' : ''}`;
    const { doc, absent = '', since } = field;
    const row = [code(path), typeText(field), doc, boundText(field), absent, since];
    const inner = 'fields' in field ? field.fields : undefined;
    return inner === undefined ? [row] : [row, ...rowsOf(inner, `${path}.`)];
  });
}

function typeText(field: RecordField): string {
  switch (field.type) {
    case 'list':
      return field.fields === undefined ? 'texts' : 'objects';
    case 'map':
      return 'object';
    case 'object':
      return field.orNull === undefined ? 'object' : `object, null ${field.orNull}`;
    case 'boolean':
      return 'boolean';
    case 'text':
    case 'integer':
    case 'number':
      return field.values === undefined
        ? field.type
        : field.values.map((each) => code(String(each))).join(', ');
  }
}

function boundText(field: RecordField): string {
  switch (field.type) {
    case 'text':
      return field.maxLength === undefined ? '' : `${field.maxLength.toLocaleString('en')} characters`;
    case 'map':
      return field.bound;
    case 'integer':
    case 'number':
      return field.maximum === undefined ? '' : `0 to ${field.maximum}`;
    case 'boolean':
    case 'object':
    case 'list':
      return '';
  }
}
