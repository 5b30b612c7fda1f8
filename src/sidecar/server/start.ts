import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import type { Loader } from '../loading/loader.ts';
import { type AdjustableLog, createLog } from '../telemetry/logging.ts';
import type { Configuration } from './configuration.ts';
import { drain, release } from './drain.ts';
import { unknownSettings } from './environment-variables.ts';
import type { FileWatch } from './file-watch.ts';
import { type Listeners, listen } from './listen.ts';
import { openFiles } from './open-files.ts';
import { watchRedisFiles } from './redis-files.ts';
import { startLoading } from './start-loading.ts';
import { watchTlsFiles } from './tls-watch.ts';
import { packageVersion } from './version.ts';
import { type Parts, wire } from './wiring.ts';

/** A sidecar that is running. */
interface Server {
  /** Address for the checks of Envoy, with the port that the system chose for port 0. */
  readonly address: string;
  readonly admin: string;
  readonly probe: string | undefined;
  /** Loads the policies again at once, and reopens audit files. */
  reload(): void;
  /** Writes the process log at the level `debug`, or again at that of the configuration. */
  toggleDebug(): void;
  /** Is not ready for `drainDelay`, then ends within `drainTimeout`. */
  stop(): Promise<void>;
}

/** Properties of the process that a server depends on. */
export interface ProcessEnvironment {
  readonly environment: NodeJS.ProcessEnv;
  /** Folder of relative paths. */
  readonly directory: string;
  /** Stream for decision records. */
  readonly stdout: Writable;
}

export type StartResult =
  | { readonly server: Server; readonly problems?: undefined }
  | { readonly problems: readonly string[]; readonly server?: undefined };

/**
 * Starts a sidecar. Policies are loaded while the listeners open. Problems are for the operator to solve, such as an
 * address in use or a key that cannot be read; nothing is left running then, the loader included.
 */
export async function startServer(
  configuration: Configuration,
  { environment, directory, stdout }: ProcessEnvironment,
  loader: Loader = startLoading(configuration, directory),
): Promise<StartResult> {
  const log = createLog(configuration.logLevel);
  for (const problem of unknownSettings(environment)) log.warn('unknown setting', { setting: problem });
  const files = await openFiles(configuration, directory, stdout, log);
  if (files.problems !== undefined) {
    loader.close();
    return files;
  }
  const parts = await wire(configuration, { environment, directory, opened: files.opened, log, loader });
  const { listeners, problem } = await listen(configuration, files.opened, parts);
  if (listeners === undefined) {
    await release(parts, 0);
    return { problems: [problem] };
  }
  log.info('serving', {
    address: listeners.grpc.address,
    admin: listeners.admin.address,
    probe: listeners.probe?.address,
    policies: resolve(directory, configuration.policies),
    version: packageVersion(),
  });
  const watches = [
    watchTlsFiles(configuration, directory, files.opened.tls, listeners.grpc, log),
    watchRedisFiles(configuration, directory, files.opened.redis, parts.sharedLimits, log),
  ];
  return { server: serverOf(parts, listeners, watches, configuration, log) };
}

function serverOf(
  parts: Parts,
  listeners: Listeners,
  watches: readonly FileWatch[],
  configuration: Configuration,
  log: AdjustableLog,
): Server {
  return {
    address: listeners.grpc.address,
    admin: listeners.admin.address,
    probe: listeners.probe?.address,
    reload() {
      parts.log.info('reloading on request');
      parts.loader.poke();
      parts.candidate?.poke();
      parts.recorder.reopen();
    },
    toggleDebug() {
      const level = log.toggleDebug();
      log.info('the level of the log was changed', { log_level: level });
    },
    async stop() {
      await drain(parts, listeners, configuration);
      for (const watch of watches) watch.close();
    },
  };
}
