import { errorMessage } from '../../diagnostic/system-error.ts';
import { type Admin, type AdminOptions, startAdmin } from '../admin/http.ts';
import { createGrpcJsTransport } from '../transport/grpc-js.ts';
import type { Listener, Methods, ServerTls, Transport } from '../transport/transport.ts';
import type { Configuration } from './configuration.ts';

/** The two listeners of a sidecar: gRPC for Envoy, HTTP for people and probes. */
export interface Listeners {
  readonly grpc: Listener;
  readonly admin: Admin;
}

export type ListenResult =
  | { readonly listeners: Listeners; readonly problem?: undefined }
  | { readonly problem: string; readonly listeners?: undefined };

const TRANSPORTS: Readonly<Record<Configuration['transport'], () => Transport>> = {
  'grpc-js': createGrpcJsTransport,
};

/** Largest CheckRequest that is decoded, in bytes; the buffer of Envoy for bodies is far smaller. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Opens both listeners, or none. */
export async function listen(
  configuration: Configuration,
  tls: ServerTls | undefined,
  methods: Methods,
  pages: Omit<AdminOptions, 'address'>,
): Promise<ListenResult> {
  const { listen: address, admin: adminAddress, transport } = configuration;
  let grpc: Listener;
  try {
    grpc = await TRANSPORTS[transport]().listen(
      { address, tls, maxMessageBytes: MAX_MESSAGE_BYTES },
      methods,
    );
  } catch (error) {
    return { problem: `--listen: ${errorMessage(error)}` };
  }
  try {
    return { listeners: { grpc, admin: await startAdmin({ address: adminAddress, ...pages }) } };
  } catch (error) {
    await grpc.drain(0);
    return { problem: `--admin: ${errorMessage(error)}` };
  }
}
