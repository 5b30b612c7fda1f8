import { resolve } from 'node:path';
import { Loader } from '../loading/loader.ts';
import { type Configuration, fromCommitOf } from './configuration.ts';

/** Starts to load the policies of a configuration; `directory` is the folder of relative paths. */
export function startLoading(configuration: Configuration, directory: string): Loader {
  const { policies, environment, revision, requireRevision, requireClean } = configuration;
  return new Loader({
    settings: {
      dir: resolve(directory, policies),
      environment,
      revision,
      requireRevision,
      requireClean,
      fromCommit: fromCommitOf(configuration),
      hasSharedStore: configuration.redis !== undefined,
    },
    timeout: configuration.loadTimeout,
    memory: configuration.loadMemory,
  });
}
