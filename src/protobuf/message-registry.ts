import {
  create,
  type Message as Decoded,
  type DescMessage,
  type FileRegistry,
  fromBinary,
} from '@bufbuild/protobuf';
import type { CreateMessage, MessageTypes } from '../cel/check/message-types.ts';
import { fail } from '../cel/value/failure.ts';
import type { Message } from '../cel/value/message.ts';
import { compareBytes } from '../cel/value/text.ts';
import type { Type } from '../cel/value/type.ts';
import { describeClass, maker, makes, withRecipe } from '../recipe/recipe.ts';
import { type Access, accessesOf, extensionAccess } from './access.ts';
import { enumType, fieldType, messageType } from './cel-type.ts';
import { DecodedMessage, type Owner } from './decoded-message.ts';
import { type DescriptorProblem, filesOf } from './descriptors.ts';
import { EnumValue } from './enum-value.ts';
import { MAX_ANY_DEPTH, messageReader, type Reading } from './read-value.ts';
import { fieldWriter } from './write-value.ts';

export interface RegistryOptions {
  /** True if enums have types of their own; by default their values are ints. */
  readonly areEnumsStrong?: boolean;
}

/** The types of a descriptor set, for expressions over their messages. */
export class MessageRegistry implements MessageTypes, Owner {
  readonly #files: FileRegistry;
  readonly areEnumsStrong: boolean;
  readonly reading: Reading = { types: this, keepsPacked: false, depth: MAX_ANY_DEPTH };
  readonly comparing: Reading = { ...this.reading, keepsPacked: true };
  readonly #accesses = new Map<DescMessage, ReadonlyMap<string, Access>>();
  readonly #extensions = new Map<string, Access>();
  readonly #constants: ReadonlyMap<string, { readonly value: unknown; readonly type: Type }>;

  constructor(files: FileRegistry, { areEnumsStrong = false }: RegistryOptions = {}) {
    this.#files = files;
    this.areEnumsStrong = areEnumsStrong;
    this.#constants = new Map(constantsOf(files, areEnumsStrong));
  }

  /** The descriptors. */
  get files(): FileRegistry {
    return this.#files;
  }

  /**
   * The value of an encoded message: of a well-known type, its form in CEL. Throws an `Error` if the bytes are not a
   * valid message, or are nested more than 100 levels deep, and a `TypeError` if there is no such type.
   */
  decode(name: string, bytes: Uint8Array): unknown {
    const type = this.#messageOf(name);
    return this.valueOf(type, fromBinary(type, bytes));
  }

  /** The value of a message that was decoded with a type of this registry. */
  valueOf(type: DescMessage, message: Decoded): unknown {
    return messageReader(type)(message, this.reading);
  }

  isMessage(name: string): boolean {
    return this.files.getMessage(name) !== undefined;
  }

  get messages(): readonly string[] {
    return [...this.files].flatMap((type) => (type.kind === 'message' ? [type.typeName] : []));
  }

  typeOf(name: string): Type | undefined {
    const type = this.files.getMessage(name);
    if (type !== undefined) return messageType(type);
    const enumeration = this.areEnumsStrong ? this.files.getEnum(name) : undefined;
    return enumeration && enumType(enumeration, true);
  }

  constantOf(name: string): { readonly value: unknown; readonly type: Type } | undefined {
    return this.#constants.get(name);
  }

  get constants(): Iterable<string> {
    return this.#constants.keys();
  }

  valuesOf(name: string): readonly string[] | undefined {
    return this.files.getEnum(name)?.values.map((value) => value.name);
  }

  fieldOf(message: string, field: string): Type | undefined {
    const type = this.files.getMessage(message);
    const found = type?.fields.find(({ name }) => name === field) ?? this.#extension(message, field);
    return found && fieldType(found, this.areEnumsStrong);
  }

  fieldsOf(message: string): readonly string[] {
    return this.files.getMessage(message)?.fields.map(({ name }) => name) ?? [];
  }

  creatorOf(message: string, fields: readonly string[]): CreateMessage {
    return creatorOf(this, message, fields);
  }

  /** As `creatorOf`, without a recipe. */
  createCreator(name: string, fields: readonly string[]): CreateMessage {
    const type = this.#messageOf(name);
    const writers = fields.map((field) => fieldWriter(type, field, this));
    return (...values) => {
      const message = create(type);
      for (const [at, write] of writers.entries()) {
        if (values[at] !== undefined) write(message, values[at]);
      }
      return this.valueOf(type, message);
    };
  }

  wrap(type: DescMessage, message: Decoded): Message {
    return new DecodedMessage(this, type, message, this.#accessesOf(type));
  }

  #accessesOf(type: DescMessage): ReadonlyMap<string, Access> {
    let accesses = this.#accesses.get(type);
    if (accesses === undefined) {
      accesses = accessesOf(type, this);
      this.#accesses.set(type, accesses);
    }
    return accesses;
  }

  extensionAt(type: DescMessage, number: number): string | undefined {
    return this.files.getExtensionFor(type, number)?.typeName;
  }

  #messageOf(name: string): DescMessage {
    const type = this.files.getMessage(name);
    if (type === undefined) throw new TypeError(`there is no message type \`${name}\``);
    return type;
  }

  #extension(message: string, name: string) {
    const extension = this.files.getExtension(name);
    return extension?.extendee.typeName === message ? extension : undefined;
  }

  extensionOf({ typeName }: DescMessage, name: string): Access {
    const extension = this.#extension(typeName, name) ?? fail('no_such_field', name);
    const access = this.#extensions.get(name) ?? extensionAccess(extension, this);
    this.#extensions.set(name, access);
    return access;
  }
}

/** The values of the enums, by full name. */
function constantsOf(
  files: FileRegistry,
  areStrong: boolean,
): readonly (readonly [string, { readonly value: unknown; readonly type: Type }])[] {
  return [...files].flatMap((each) => {
    if (each.kind !== 'enum') return [];
    const type = enumType(each, areStrong);
    return each.values.map(({ name, number }) => {
      const value = areStrong ? new EnumValue(each.typeName, number) : number;
      return [`${each.typeName}.${name}`, { value, type }] as const;
    });
  });
}

/** A registry, or the problem of its descriptor set. */
export type RegistryResult =
  | { readonly registry: MessageRegistry; readonly problem?: undefined }
  | { readonly problem: DescriptorProblem; readonly registry?: undefined };

/** Registries that are in use: the same bytes are not read again. */
let inUse: readonly Used[] = [];

interface Used {
  readonly bytes: Uint8Array;
  readonly registry: WeakRef<MessageRegistry>;
}

/**
 * The registry of the bytes of a `FileDescriptorSet`, which is made again of them in another process. Equal bytes have
 * one registry, as long as it is in use.
 */
export function registryOf(bytes: Uint8Array, options: RegistryOptions = {}): RegistryResult {
  inUse = inUse.filter(({ registry }) => registry.deref() !== undefined);
  for (const each of inUse) {
    const registry = each.registry.deref();
    const isSame = registry?.areEnumsStrong === (options.areEnumsStrong ?? false);
    if (isSame && haveEqualContent(each.bytes, bytes)) return { registry };
  }
  const { files, problem } = filesOf(bytes);
  if (files === undefined) return { problem };
  const registry = withRecipe(new MessageRegistry(files, options), REGISTRY, [bytes, options]);
  inUse = [...inUse, { bytes, registry: new WeakRef(registry) }];
  return { registry };
}

function haveEqualContent(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && compareBytes(a, b) === 0);
}

const REGISTRY = makes('protobuf.registry', (bytes: Uint8Array, options: RegistryOptions) => {
  const { registry, problem } = registryOf(bytes, options);
  if (registry === undefined) throw new TypeError(problem.message);
  return registry;
});

const creatorOf = maker(
  'protobuf.creator',
  (registry: MessageRegistry, message: string, fields: readonly string[]) =>
    registry.createCreator(message, fields),
);

describeClass(
  'protobuf.message',
  DecodedMessage.prototype,
  (message) => [message.owner, message.type, message.toBytes()] as const,
  (registry: Owner, name: string, bytes: Uint8Array) =>
    (registry as MessageRegistry).decode(name, bytes) as DecodedMessage,
);
describeClass(
  'protobuf.enum',
  EnumValue.prototype,
  ({ type, number }) => [type, number] as const,
  (type: string, number: number) => new EnumValue(type, number),
);
