import { posix } from 'node:path';
import { MAX_FILE_BYTES } from '../../policy/source/file-system.ts';
import { isYaml } from '../../policy/source/pass-files.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';

/** Content of the documents that are open in an editor, saved or not, by path relative to the policy folder. */
export type Buffers = ReadonlyMap<string, Uint8Array>;

/** A policy folder in which open documents replace the files on the disk. */
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
      // A document that was never saved is not on the disk, so its path is derived from the reference.
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

/** True if a policy folder reads the file without a reference to it. */
export function isRead(path: string): boolean {
  return isYaml(path) && !path.split('/').some((part) => part.startsWith('.'));
}
