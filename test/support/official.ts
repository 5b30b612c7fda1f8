import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';

/** Folder of the official .proto files of Envoy and Google within `@grpc/grpc-js-xds`. */
const DEPS = join(dirname(createRequire(import.meta.url).resolve('@grpc/grpc-js-xds/package.json')), 'deps');

const definition = loadSync(
  ['envoy/service/auth/v3/external_auth.proto', 'envoy/service/auth/v3/attribute_context.proto'],
  {
    includeDirs: ['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map((name) => join(DEPS, name)),
    longs: Number,
  },
);

/** The official message with that full name. */
export function official(name: string): MessageTypeDefinition<object, object> {
  const found = definition[name];
  if (found?.['format'] !== 'Protocol Buffer 3 DescriptorProto')
    throw new Error(`no official message ${name}`);
  return found;
}

export const officialCheckRequest = official('envoy.service.auth.v3.CheckRequest');
export const officialCheckResponse = official('envoy.service.auth.v3.CheckResponse');
