import { create, type DescFile, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { protoCamelCase } from '@bufbuild/protobuf/reflect';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import {
  type MessageRegistry,
  type RegistryOptions,
  registryOf,
} from '../../src/protobuf/message-registry.ts';

/** The bytes of a `FileDescriptorSet` from its JSON. */
export function descriptorSet(file: JsonValue): Uint8Array {
  return toBinary(FileDescriptorSetSchema, fromJson(FileDescriptorSetSchema, { file }));
}

/** As `descriptorSet`, of generated files and all that they import. */
export function descriptorSetOf(files: readonly DescFile[]): Uint8Array {
  const all = new Set<DescFile>();
  const add = (file: DescFile): void => {
    for (const each of file.dependencies) add(each);
    all.add(file);
  };
  for (const file of files) add(file);
  const file = [...all].map(({ proto }) => proto);
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }));
}

/** The registry of a descriptor set without problems. */
export function registry(bytes: Uint8Array, options?: RegistryOptions): MessageRegistry {
  const result = registryOf(bytes, options);
  if (result.registry === undefined) throw new Error(result.problem.message);
  return result.registry;
}

type Field = readonly [
  name: string,
  number: number,
  type: string,
  more?: Readonly<Record<string, JsonValue>>,
];

/** The JSON of fields. A type with a dot is a message, unless `more` says another. */
export function fields(...given: readonly Field[]): JsonValue[] {
  return given.map(([name, number, type, more]) => ({
    name,
    jsonName: protoCamelCase(name),
    number,
    label: 'LABEL_OPTIONAL',
    ...(type.startsWith('.') ? { type: 'TYPE_MESSAGE', typeName: type } : { type: `TYPE_${type}` }),
    ...more,
  }));
}

export const REPEATED = { label: 'LABEL_REPEATED' } as const;

/** The JSON of the entry type of a map. */
export function mapEntry(name: string, key: string, value: string): JsonValue {
  return { name, field: fields(['key', 1, key], ['value', 2, value]), options: { mapEntry: true } };
}
