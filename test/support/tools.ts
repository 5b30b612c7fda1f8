import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the checkout, with a slash at its end. */
export const ROOT: URL = new URL('../../', import.meta.url);

/**
 * The path of the Envoy program that `make tools` fetched.
 *
 * @throws Error when it is not there; its message says how to get it.
 */
export function envoyBinary(): string {
  const path = fileURLToPath(new URL('.tools/envoy/envoy', ROOT));
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new Error('Envoy is not in .tools/envoy: run `make tools`', { cause });
  }
  return path;
}
