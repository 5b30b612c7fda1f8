import type { PackageDefinition } from '@grpc/proto-loader';
import { type Codec, codec, loadProto } from '../../node/protobuf.ts';
import { StatusError } from '../transport/transport.ts';
import { type Catalogue, catalogueOf } from './catalogue.ts';

/** google.rpc.Code */
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;

interface Request {
  readonly host?: string;
  readonly fileByFilename?: string;
  readonly fileContainingSymbol?: string;
  readonly fileContainingExtension?: { readonly containingType?: string; readonly extensionNumber?: number };
  readonly allExtensionNumbersOfType?: string;
  readonly listServices?: string;
}

type Answer =
  | { readonly fileDescriptorResponse: { readonly fileDescriptorProto: readonly Uint8Array[] } }
  | { readonly allExtensionNumbersResponse: { readonly baseTypeName: string } }
  | { readonly listServicesResponse: { readonly service: readonly { readonly name: string }[] } }
  | { readonly errorResponse: { readonly errorCode: number; readonly errorMessage: string } };

type Response = Answer & { readonly validHost: string; readonly originalRequest: Request };

/** Source of the answers. */
interface Served {
  readonly definition: PackageDefinition;
  readonly catalogue: Catalogue;
}

let served: Served | undefined;

function readServed(): Served {
  const definition = loadProto(
    'envoy/service/auth/v3/external_auth.proto',
    'grpc/health/v1/health.proto',
    'grpc/reflection/v1/reflection.proto',
    'grpc/reflection/v1alpha/reflection.proto',
  );
  return { definition, catalogue: catalogueOf(definition) };
}

/** Answers the requests of a stream by a version of the protocol, such as `v1`. */
export async function* answers(
  requests: AsyncIterable<Uint8Array>,
  version: string,
): AsyncGenerator<Uint8Array> {
  served ??= readServed();
  const { definition, catalogue } = served;
  const request = codec<Request>(definition, `grpc.reflection.${version}.ServerReflectionRequest`);
  const response = codec<Response>(definition, `grpc.reflection.${version}.ServerReflectionResponse`);
  for await (const bytes of requests) {
    const asked = read(request, bytes);
    yield response.encode({
      validHost: asked.host ?? '',
      originalRequest: asked,
      ...answer(catalogue, asked),
    });
  }
}

function read(request: Codec<Request>, bytes: Uint8Array): Request {
  try {
    return request.decode(bytes);
  } catch {
    throw new StatusError(INVALID_ARGUMENT, 'the message is not a ServerReflectionRequest');
  }
}

function answer({ services, files, symbols }: Catalogue, asked: Request): Answer {
  if (asked.listServices !== undefined) {
    return { listServicesResponse: { service: services.map((name) => ({ name })) } };
  }
  if (asked.fileByFilename !== undefined) return found(files.get(asked.fileByFilename));
  if (asked.fileContainingSymbol !== undefined) return found(symbols.get(asked.fileContainingSymbol));
  if (asked.fileContainingExtension !== undefined) return found(undefined);
  if (asked.allExtensionNumbersOfType !== undefined) {
    const type = asked.allExtensionNumbersOfType;
    return symbols.has(type) ? { allExtensionNumbersResponse: { baseTypeName: type } } : found(undefined);
  }
  return { errorResponse: { errorCode: UNIMPLEMENTED, errorMessage: 'unknown kind of request' } };
}

function found(descriptor: Uint8Array | undefined): Answer {
  if (descriptor === undefined) {
    return { errorResponse: { errorCode: NOT_FOUND, errorMessage: 'not found' } };
  }
  return { fileDescriptorResponse: { fileDescriptorProto: [descriptor] } };
}
