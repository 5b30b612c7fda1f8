import { fromBinary, isFieldSet } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import type { AnyDefinition, MessageTypeDefinition } from '@grpc/proto-loader';
import { loadProto } from '../../src/node/protobuf.ts';

/** A field, as a `.proto` file declares it. */
export interface FieldSchema {
  readonly number: number;
  readonly kind: FieldKind;
  readonly isRepeated: boolean;
  /** Place of its `oneof` in the message; undefined outside of one. */
  readonly oneof: number | undefined;
  /** Undefined unless the kind is `message`. */
  readonly message: MessageSchema | undefined;
}

export type FieldKind = 'text' | 'bytes' | 'uint32' | 'int32' | 'int64' | 'bool' | 'double' | 'message';

export interface MessageSchema {
  readonly name: string;
  /** True for the entry of a map. */
  readonly isEntry: boolean;
  readonly fields: ReadonlyMap<number, FieldSchema>;
}

const KINDS: Partial<Record<Type, FieldKind>> = {
  [Type.STRING]: 'text',
  [Type.BYTES]: 'bytes',
  [Type.UINT32]: 'uint32',
  [Type.INT32]: 'int32',
  [Type.ENUM]: 'int32',
  [Type.INT64]: 'int64',
  [Type.BOOL]: 'bool',
  [Type.DOUBLE]: 'double',
  [Type.MESSAGE]: 'message',
};

/** The schema of a message by its full name, read out of the `.proto` files of the package. */
export function messageSchema(name: string): MessageSchema {
  const found = loadProto('envoy/service/auth/v3/external_auth.proto')[name];
  if (!isMessage(found)) throw new Error(`no message ${name}`);
  const files = found.fileDescriptorProtos.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  const declared = new Map<string, DescriptorProto>();
  const declare = (scope: string, message: DescriptorProto): void => {
    declared.set(`${scope}.${message.name}`, message);
    for (const nested of message.nestedType) declare(`${scope}.${message.name}`, nested);
  };
  for (const file of files) for (const message of file.messageType) declare(file.package, message);
  return new Schemas(declared).of(name);
}

function isMessage(found: AnyDefinition | undefined): found is MessageTypeDefinition<object, object> {
  return found?.['format'] === 'Protocol Buffer 3 DescriptorProto';
}

class Schemas {
  readonly #declared: ReadonlyMap<string, DescriptorProto>;
  readonly #known = new Map<string, MessageSchema>();

  constructor(declared: ReadonlyMap<string, DescriptorProto>) {
    this.#declared = declared;
  }

  of(name: string): MessageSchema {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const declared = this.#declared.get(name);
    if (declared === undefined) throw new Error(`the message ${name} is not declared`);
    const fields = new Map<number, FieldSchema>();
    const schema = { name, isEntry: declared.options?.mapEntry === true, fields };
    this.#known.set(name, schema);
    for (const field of declared.field) fields.set(field.number, this.#field(name, field));
    return schema;
  }

  #field(scope: string, field: FieldDescriptorProto): FieldSchema {
    const kind = KINDS[field.type];
    if (kind === undefined) throw new Error(`${scope}.${field.name} has type ${field.type}`);
    return {
      number: field.number,
      kind,
      isRepeated: field.label === Label.REPEATED,
      oneof: isFieldSet(field, FieldDescriptorProtoSchema.field.oneofIndex) ? field.oneofIndex : undefined,
      message: kind === 'message' ? this.of(this.#resolve(scope, field.typeName)) : undefined,
    };
  }

  /** Names are relative to the message, or to one of the packages around it. */
  #resolve(scope: string, name: string): string {
    if (name.startsWith('.')) return name.slice(1);
    for (let around = scope; ; around = around.slice(0, around.lastIndexOf('.'))) {
      if (this.#declared.has(`${around}.${name}`)) return `${around}.${name}`;
      if (!around.includes('.')) return name;
    }
  }
}
