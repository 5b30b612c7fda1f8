import { posix } from 'node:path';
import { nearFile } from '../../src/policy/source/near-file.ts';
import type { PolicyFiles } from '../../src/policy/yaml/policy-files.ts';

/** A policy folder in memory, by path and content. */
export function memoryFiles(contents: Readonly<Record<string, string | Uint8Array>>): PolicyFiles {
  const files = new Map(
    Object.entries(contents).map(([path, content]) => [
      path,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    ]),
  );
  return {
    yaml: new Map(
      [...files].filter(([path]) => /\.ya?ml$/.test(path)).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ),
    read(fromFile, reference) {
      const path = posix.normalize(posix.join(posix.dirname(fromFile), reference));
      if (path.startsWith('..') || posix.isAbsolute(reference))
        return { problem: 'is outside of the policy folder' };
      const bytes = files.get(path);
      return bytes === undefined
        ? { problem: 'does not exist', near: nearFile(fromFile, reference, files.keys()) }
        : { path, bytes };
    },
  };
}
