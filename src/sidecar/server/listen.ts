import { errorMessage } from '../../diagnostic/system-error.ts';
import { ADMIN_PATHS, type Admin, type AdminPath, PROBE_PATHS, startAdmin } from '../admin/http.ts';
import { createNativeTransport } from '../transport/native/native.ts';
import type { ConnectionTimes, Listener, Transport } from '../transport/transport.ts';
import type { Configuration } from './configuration.ts';
import { connectionLog } from './connection-log.ts';
import type { OpenedFiles } from './open-files.ts';
import type { Parts } from './wiring.ts';

/** The listeners of a sidecar: gRPC for Envoy, HTTP for people, HTTP for probes from other machines. */
export interface Listeners {
  readonly grpc: Listener;
  readonly admin: Admin;
  /** Undefined without `--probe`. */
  readonly probe: Admin | undefined;
}

export type ListenResult =
  | { readonly listeners: Listeners; readonly problem?: undefined }
  | { readonly problem: string; readonly listeners?: undefined };

/** A transport that is not the default is loaded when it is asked for. */
const TRANSPORTS: Readonly<Record<Configuration['transport'], () => Transport | Promise<Transport>>> = {
  native: () => createNativeTransport(),
  'grpc-js': async () => (await import('../transport/grpc-js/grpc-js.ts')).createGrpcJsTransport(),
};

/** Largest CheckRequest that is decoded, in bytes; the buffer of Envoy for bodies is far smaller. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Opens all listeners, or none. */
export async function listen(
  configuration: Configuration,
  files: Pick<OpenedFiles, 'tls' | 'socketGroup'>,
  parts: Parts,
): Promise<ListenResult> {
  await using opened = new AsyncDisposableStack();
  let flag = '--listen';
  try {
    const grpc = await listenForChecks(configuration, files, parts);
    opened.defer(() => grpc.drain(0));
    flag = '--admin';
    const admin = await startPages(configuration, parts, configuration.admin, 'admin');
    opened.defer(() => admin.close());
    flag = '--probe';
    const probe =
      configuration.probe === undefined
        ? undefined
        : await startPages(configuration, parts, configuration.probe, 'probe');
    opened.move();
    return { listeners: { grpc, admin, probe } };
  } catch (error) {
    return { problem: `${flag}: ${errorMessage(error)}` };
  }
}

async function listenForChecks(
  configuration: Configuration,
  { tls, socketGroup: group }: Pick<OpenedFiles, 'tls' | 'socketGroup'>,
  { log, methods }: Parts,
): Promise<Listener> {
  const { transport: name, listen: address, socketMode: mode } = configuration;
  const transport = await TRANSPORTS[name]();
  return await transport.listen(
    {
      address,
      access: { mode, group },
      observer: connectionLog(log, 'listen'),
      tls,
      maxMessageBytes: MAX_MESSAGE_BYTES,
      times: timesOf(configuration),
    },
    methods,
  );
}

/** Zero, as a setting, means that there is no such time. */
function timesOf({ maxConnectionAge, maxConnectionIdle, keepalive }: Configuration): ConnectionTimes {
  const orNever = (time: number): number => (time === 0 ? Number.POSITIVE_INFINITY : time);
  return {
    maxAge: orNever(maxConnectionAge),
    maxIdle: orNever(maxConnectionIdle),
    keepalive: orNever(keepalive),
  };
}

const PAGES = {
  admin: Object.keys(ADMIN_PATHS) as AdminPath[],
  probe: PROBE_PATHS,
} as const;

function startPages(
  { adminHost: hosts }: Configuration,
  { pages, log }: Parts,
  address: string,
  listener: 'admin' | 'probe',
): Promise<Admin> {
  return startAdmin(
    { address, paths: PAGES[listener], hosts, observer: connectionLog(log, listener) },
    pages,
  );
}
