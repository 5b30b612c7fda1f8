import { Boxed, type BoxedKind, Opaque } from './boxed.ts';
import { Message } from './message.ts';
import { ObjectValue } from './object.ts';

export type Kind = BoxedKind | 'null' | 'bool' | 'int' | 'string' | 'bytes' | 'list' | 'map';

/** Runtime type of a value. */
export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isSafeInteger(value) ? 'int' : 'double';
    case 'bigint':
      return 'int';
    default:
      if (value === null || value === undefined) return 'null';
      if (value instanceof Boxed) return value.kind;
      if (Array.isArray(value)) return 'list';
      return value instanceof Uint8Array ? 'bytes' : 'map';
  }
}

/** Name of the type of a value, as in the result of `type(x)`. */
export function typeNameOf(value: unknown): string {
  if (value instanceof Opaque || value instanceof ObjectValue || value instanceof Message) return value.type;
  const kind = kindOf(value);
  return TYPE_NAMES[kind] ?? kind;
}

const TYPE_NAMES: Readonly<Partial<Record<Kind, string>>> = {
  null: 'null_type',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  optional: 'optional_type',
};
