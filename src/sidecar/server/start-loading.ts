import { resolve } from 'node:path';
import { Loader, type LoaderOptions } from '../loading/loader.ts';
import { type Configuration, fromCommitOf } from './configuration.ts';

/** Starts to load the policies of a configuration; `directory` is the folder of relative paths. */
export function startLoading(configuration: Configuration, directory: string): Loader {
  const { policies, revision } = configuration;
  return new Loader(optionsOf(configuration, resolve(directory, policies), revision));
}

/** Starts to load the folder of the candidate, in a process of its own; undefined without one. */
export function startLoadingCandidate(configuration: Configuration, directory: string): Loader | undefined {
  const { candidate } = configuration;
  if (candidate === undefined) return undefined;
  return new Loader(optionsOf(configuration, resolve(directory, candidate), undefined));
}

function optionsOf(configuration: Configuration, dir: string, revision: string | undefined): LoaderOptions {
  const { environment, requireRevision, requireClean, loadTimeout, loadMemory } = configuration;
  return {
    settings: {
      dir,
      environment,
      revision,
      requireRevision,
      requireClean,
      fromCommit: fromCommitOf(configuration),
      hasSharedStore: configuration.redis !== undefined,
    },
    timeout: loadTimeout,
    memory: loadMemory,
  };
}
