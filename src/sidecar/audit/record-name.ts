import { RECORD_FIELDS, type RecordField, type RecordFields } from './record-fields.ts';

/** True for the dotted name of a field that has a value of its own, or of a member whose name policies choose. */
export function isRecordName(name: string): boolean {
  let fields: RecordFields | undefined = RECORD_FIELDS;
  for (const part of name.split('.')) {
    if (fields === undefined || !Object.hasOwn(fields, part)) return false;
    const field: RecordField | undefined = fields[part];
    if (field?.type === 'map') return true;
    fields = field?.type === 'object' ? field.fields : undefined;
  }
  return fields === undefined;
}
