import {
  type Message as Decoded,
  type DescExtension,
  type DescMessage,
  getExtension,
  hasExtension,
  isFieldSet,
  ScalarType,
} from '@bufbuild/protobuf';
import { type FieldDescriptor, fieldType } from './cel-type.ts';
import { type Reading, type ReadValue, readerOf, storedIn, unsetValue } from './read-value.ts';
import type { Types } from './types.ts';

/** Access to one field, or extension, of messages of a type. */
export interface Access {
  /** True if reading it makes a new value, which a message keeps. */
  readonly isKept: boolean;
  /** True if a test for it takes longer for a larger message, which keeps the outcome. */
  readonly isTestKept: boolean;
  has(message: Decoded): boolean;
  read(message: Decoded, reading: Reading): unknown;
}

const SIMPLE: ReadonlySet<string> = new Set(['bool', 'int', 'uint', 'double', 'string', 'bytes', 'opaque']);

/** Access to the fields of a message type, by name. */
export function accessesOf(type: DescMessage, types: Types): ReadonlyMap<string, Access> {
  return new Map(type.fields.map((field) => [field.name, fieldAccess(field, types)]));
}

function fieldAccess(field: DescMessage['fields'][number], types: Types): Access {
  const read = readerOf(field, types);
  const unset = unsetOf(field, read);
  return {
    isKept: isKept(field, types),
    isTestKept: field.fieldKind === 'map',
    has: (message) => isFieldSet(message, field),
    read: (message, reading) => {
      const stored = storedIn(message, field);
      return stored === undefined ? unset(reading) : read(stored, reading);
    },
  };
}

function isKept(field: FieldDescriptor, { areEnumsStrong }: Types): boolean {
  return !SIMPLE.has(fieldType(field, areEnumsStrong).kind);
}

/** The value of a field that is not stored: that of an unset message, or of a scalar that is not the one of a oneof. */
function unsetOf(field: FieldDescriptor, read: ReadValue): (reading: Reading) => unknown {
  if (field.fieldKind === 'message') {
    const unset = unsetValue(field.message);
    return (reading) => unset(undefined, reading);
  }
  const zero = zeroOf(field);
  return (reading) => read(zero, reading);
}

function zeroOf(field: FieldDescriptor): unknown {
  if (field.fieldKind === 'enum') return field.getDefaultValue() ?? field.enum.values[0]?.number ?? 0;
  if (field.fieldKind !== 'scalar') return undefined;
  return field.getDefaultValue() ?? scalarZero(field.scalar);
}

function scalarZero(type: ScalarType): unknown {
  switch (type) {
    case ScalarType.BOOL:
      return false;
    case ScalarType.STRING:
      return '';
    case ScalarType.BYTES:
      return new Uint8Array();
    default:
      return 0;
  }
}

/** Access to an extension. */
export function extensionAccess(extension: DescExtension, types: Types): Access {
  const read = readerOf(extension, types);
  const unset = unsetOf(extension, read);
  const isList = extension.fieldKind === 'list';
  return {
    isKept: true,
    isTestKept: true,
    has: (message) => hasExtension(message, extension),
    read: (message, reading) =>
      isList || hasExtension(message, extension)
        ? read(getExtension(message, extension), reading)
        : unset(reading),
  };
}
