import { createGrpcJsTransport } from '../../src/sidecar/transport/grpc-js/grpc-js.ts';
import { createNativeTransport } from '../../src/sidecar/transport/native/native.ts';
import type { Transport } from '../../src/sidecar/transport/transport.ts';

/** Every transport by the name of its setting. All pass the same tests. */
export const TRANSPORTS: readonly (readonly [name: string, create: () => Transport])[] = [
  ['native', () => createNativeTransport()],
  ['grpc-js', createGrpcJsTransport],
];
