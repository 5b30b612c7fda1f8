import type { Methods, StreamHandler } from '../transport/transport.ts';

const VERSIONS = ['v1', 'v1alpha'] as const;

/**
 * Server reflection for all services of the sidecar, as `grpcurl list` and `describe` use it. The definitions and their
 * reader are loaded with the first request, since most sidecars never get one.
 */
export function createReflection(): Methods {
  return Object.fromEntries(
    VERSIONS.map((version) => [
      `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
      { stream: talk(version) },
    ]),
  );
}

function talk(version: string): StreamHandler {
  return async function* (requests) {
    const { answers } = await import('./reflection-answers.ts');
    yield* answers(requests, version);
  };
}
