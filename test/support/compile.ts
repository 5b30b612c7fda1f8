import { compileServices } from '../../src/engine/grpc/compile-services.ts';
import { nodeCrypto } from '../../src/node/crypto.ts';
import * as door from '../../src/policy/compile-folder.ts';
import type { PolicyFiles } from '../../src/policy/yaml/policy-files.ts';

type Options = Omit<door.CompileOptions, 'crypto'>;

/** `compileFolder` with Node's cryptography. */
export function compileFolder(files: PolicyFiles, options: Options = {}): door.CompiledFolder {
  return door.compileFolder(files, { crypto: nodeCrypto, messages: { compileServices }, ...options });
}

/** `compileInSlices` with Node's cryptography. */
export function compileInSlices(
  files: PolicyFiles,
  options: Options,
  slices: door.Slices,
): Promise<door.CompiledFolder> {
  const all = { crypto: nodeCrypto, messages: { compileServices }, ...options };
  return door.compileInSlices(files, all, slices);
}
