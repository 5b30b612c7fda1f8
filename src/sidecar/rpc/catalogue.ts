import type { PackageDefinition } from '@grpc/proto-loader';
import { codec, loadProto } from '../../node/protobuf.ts';

/** Descriptors of the services by name; each is an encoded google.protobuf.FileDescriptorProto. */
export interface Catalogue {
  /** Full names. */
  readonly services: readonly string[];
  /** Descriptor by file name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Descriptor by the full name of a service, method, message or enum in it. */
  readonly symbols: ReadonlyMap<string, Uint8Array>;
}

interface FileDescriptor {
  readonly name?: string;
  readonly package?: string;
  readonly dependency?: readonly string[];
  readonly messageType?: readonly MessageDescriptor[];
  readonly enumType?: readonly { readonly name?: string }[];
  readonly service?: readonly ServiceDescriptor[];
}

interface MessageDescriptor {
  readonly name?: string;
  readonly field?: readonly FieldDescriptor[];
  readonly nestedType?: readonly MessageDescriptor[];
  readonly options?: { readonly mapEntry?: boolean };
  readonly reservedRange?: readonly object[];
  readonly enumType?: readonly { readonly name?: string }[];
}

interface FieldDescriptor {
  readonly name?: string;
  readonly jsonName?: string;
  readonly typeName?: string;
}

interface ServiceDescriptor {
  readonly name?: string;
  readonly method?: readonly {
    readonly name?: string;
    readonly inputType?: string;
    readonly outputType?: string;
  }[];
}

/**
 * The catalogue of a loaded definition. The loader creates one descriptor for each package, with fields in camelCase,
 * short type names, map entries without their suffix, and no dependencies. Clients reject that, so it is corrected here.
 */
export function catalogueOf(definition: PackageDefinition): Catalogue {
  const descriptor = codec<FileDescriptor>(
    loadProto('lictor/descriptor.proto'),
    'google.protobuf.FileDescriptorProto',
  );
  const read = filesOf(definition).map((bytes) => named(descriptor.decode(bytes)));
  const fileOf = new Map(read.flatMap((file) => namesIn(file).map((name) => [name, file.name ?? ''])));
  const files = new Map<string, Uint8Array>();
  const symbols = new Map<string, Uint8Array>();
  for (const file of read) {
    const bytes = descriptor.encode(linked(file, fileOf));
    files.set(file.name ?? '', bytes);
    for (const symbol of namesIn(file)) symbols.set(symbol, bytes);
  }
  const services = read.flatMap((file) => (file.service ?? []).map(({ name }) => inPackage(file, name)));
  return { services: services.toSorted(), files, symbols };
}

/** The file with the names that `protoc` gives to fields and map entries. */
function named(file: FileDescriptor): FileDescriptor {
  return { ...file, messageType: (file.messageType ?? []).map(namedMessage) };
}

function namedMessage(message: MessageDescriptor): MessageDescriptor {
  const nested = (message.nestedType ?? []).map(namedMessage);
  const entries = new Set(nested.flatMap(({ name, options }) => (options?.mapEntry === true ? [name] : [])));
  const entryName = (name = ''): string => (entries.has(name) ? `${name}Entry` : name);
  return {
    ...message,
    field: (message.field ?? []).map(({ name = '', typeName, ...field }) => ({
      ...field,
      name: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      jsonName: name,
      ...(typeName !== undefined && { typeName: entryName(typeName) }),
    })),
    nestedType: nested.map((one) => ({ ...one, name: entryName(one.name) })),
    // The loader gets their ends wrong, and no caller needs them.
    reservedRange: [],
  };
}

/** The file with full type names, and with the files of those types as dependencies. */
function linked(file: FileDescriptor, fileOf: ReadonlyMap<string, string>): FileDescriptor {
  const needed = new Set<string>();
  /** Resolves a name from the innermost scope outward, as protobuf does; a name with a leading dot is full. */
  const full = (type: string, scope: string): string => {
    const names = type.startsWith('.') ? [type.slice(1)] : outward(scope).map((outer) => `${outer}${type}`);
    const name = names.find((candidate) => fileOf.has(candidate));
    if (name === undefined) return type;
    needed.add(fileOf.get(name) ?? '');
    return `.${name}`;
  };
  const message = (one: MessageDescriptor, outer: string): MessageDescriptor => {
    const scope = `${outer}${one.name ?? ''}.`;
    return {
      ...one,
      ...(one.field && {
        field: one.field.map((field) =>
          field.typeName === undefined ? field : { ...field, typeName: full(field.typeName, scope) },
        ),
      }),
      ...(one.nestedType && { nestedType: one.nestedType.map((nested) => message(nested, scope)) }),
    };
  };
  const scope = inPackage(file);
  const messageType = (file.messageType ?? []).map((one) => message(one, scope));
  const service = (file.service ?? []).map((one) => ({
    ...one,
    method: (one.method ?? []).map((method) => ({
      ...method,
      inputType: full(method.inputType ?? '', scope),
      outputType: full(method.outputType ?? '', scope),
    })),
  }));
  needed.delete(file.name ?? '');
  return { ...file, messageType, service, dependency: [...needed] };
}

/** `a.b.` gives `a.b.`, `a.` and the empty scope. */
function outward(scope: string): string[] {
  const parts = scope.split('.').slice(0, -1);
  return Array.from({ length: parts.length + 1 }, (_, dropped) =>
    parts
      .slice(0, parts.length - dropped)
      .map((part) => `${part}.`)
      .join(''),
  );
}

function filesOf(definition: PackageDefinition): readonly Uint8Array[] {
  for (const entry of Object.values(definition)) {
    const files = entry['fileDescriptorProtos'];
    if (Array.isArray(files)) return files;
  }
  return [];
}

function inPackage(file: FileDescriptor, name = ''): string {
  return file.package === undefined || file.package === '' ? name : `${file.package}.${name}`;
}

function namesIn(file: FileDescriptor): string[] {
  const services = (file.service ?? []).flatMap(({ name = '', method = [] }) => [
    name,
    ...method.map((one) => `${name}.${one.name ?? ''}`),
  ]);
  const enums = (file.enumType ?? []).map(({ name = '' }) => name);
  const messages = (file.messageType ?? []).flatMap((message) => namesInMessage(message, ''));
  return [...services, ...enums, ...messages].map((name) => inPackage(file, name));
}

function namesInMessage(message: MessageDescriptor, prefix: string): string[] {
  const name = `${prefix}${message.name ?? ''}`;
  return [
    name,
    ...(message.enumType ?? []).map((one) => `${name}.${one.name ?? ''}`),
    ...(message.nestedType ?? []).flatMap((nested) => namesInMessage(nested, `${name}.`)),
  ];
}
