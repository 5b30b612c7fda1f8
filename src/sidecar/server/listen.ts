import { errorMessage } from '../../diagnostic/system-error.ts';
import { ADMIN_PATHS, type Admin, type AdminPath, PROBE_PATHS, startAdmin } from '../admin/http.ts';
import { createGrpcJsTransport } from '../transport/grpc-js.ts';
import type { Listener, Transport } from '../transport/transport.ts';
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

const TRANSPORTS: Readonly<Record<Configuration['transport'], () => Transport>> = {
  'grpc-js': createGrpcJsTransport,
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
  { transport, listen: address, socketMode: mode }: Configuration,
  { tls, socketGroup: group }: Pick<OpenedFiles, 'tls' | 'socketGroup'>,
  { log, methods }: Parts,
): Promise<Listener> {
  return await TRANSPORTS[transport]().listen(
    {
      address,
      access: { mode, group },
      observer: connectionLog(log, 'listen'),
      tls,
      maxMessageBytes: MAX_MESSAGE_BYTES,
    },
    methods,
  );
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
