import { posix } from 'node:path';
import { MAX_FILE_BYTES } from '../../policy/source/folder.ts';
import { isYaml } from '../../policy/source/load.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';

/** What is open in an editor, by path relative to the policy folder; it need not be saved. */
export type Buffers = ReadonlyMap<string, Uint8Array>;

/** A policy folder as its author sees it: what is open stands before what is on the disk. */
export function overlay(fileSystem: PolicyFiles, buffers: Buffers): PolicyFiles {
  if (buffers.size === 0) return fileSystem;
  const yaml = new Map(fileSystem.yaml);
  for (const [path, bytes] of buffers) {
    if (!isRead(path)) continue;
    if (isTooLarge(bytes)) yaml.delete(path);
    else yaml.set(path, bytes);
  }
  return {
    yaml: new Map([...yaml].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    read(fromFile, reference) {
      const found = fileSystem.read(fromFile, reference);
      // What was never saved is found by its path alone.
      const path = found.problem === undefined ? found.path : posix.join(posix.dirname(fromFile), reference);
      const bytes = buffers.get(path);
      if (bytes === undefined) return found;
      return isTooLarge(bytes) ? { problem: 'is larger than 1 MiB' } : { path, bytes };
    },
  };
}

export function isTooLarge(bytes: Uint8Array): boolean {
  return bytes.byteLength > MAX_FILE_BYTES;
}

/** Whether a policy folder reads the file by itself. */
export function isRead(path: string): boolean {
  return isYaml(path) && !path.split('/').some((part) => part.startsWith('.'));
}
