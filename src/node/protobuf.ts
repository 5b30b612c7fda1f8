import { fileURLToPath } from 'node:url';
import {
  type AnyDefinition,
  loadSync,
  type MessageTypeDefinition,
  type PackageDefinition,
} from '@grpc/proto-loader';
import { asBuffer } from './as-buffer.ts';
import { packageFile } from './package-file.ts';

const PROTO_FOLDER = fileURLToPath(packageFile('proto/'));

/** Converts bytes to a plain object and back. Fields are in camelCase; those not on the wire are absent. */
export interface Codec<T extends object> {
  /** Throws if the bytes are not such a message. */
  decode(bytes: Uint8Array): T;
  encode(message: T): Uint8Array;
}

/** Loads `.proto` files by their import paths, such as `grpc/health/v1/health.proto`. */
export function loadProto(...files: readonly string[]): PackageDefinition {
  return loadSync([...files], { includeDirs: [PROTO_FOLDER], longs: Number });
}

/**
 * The codec of one message by its full name. `T` describes the message as the `.proto` file does; the tests hold
 * the two together. Throws if the definition has no such message.
 */
export function codec<T extends object>(definition: PackageDefinition, name: string): Codec<T> {
  const found = definition[name];
  if (!isMessage(found)) throw new Error(`no message ${name} in the loaded .proto files`);
  const { serialize, deserialize } = found;
  return {
    decode: (bytes) => deserialize(asBuffer(bytes)) as T,
    encode: (message) => serialize(message),
  };
}

function isMessage(found: AnyDefinition | undefined): found is MessageTypeDefinition<object, object> {
  return found?.['format'] === 'Protocol Buffer 3 DescriptorProto';
}
