import { resolve } from 'node:path';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import type { RedisTls } from '../limit-redis/connection.ts';
import type { Configuration } from './configuration.ts';
import { readBounded } from './read-bounded.ts';

/** Contents of the files for `--redis`. */
export interface RedisFiles {
  readonly tls: RedisTls;
  /** A secret. */
  readonly password: string | undefined;
}

/** Largest file that is read, in MiB. */
const MOST_MIB = 4;

/** Reads the files for `--redis`; what cannot be read is added to `problems`. */
export async function readRedisFiles(
  { redisPasswordFile, redisCa, redisCert, redisKey }: Configuration,
  directory: string,
  problems: string[],
): Promise<RedisFiles> {
  const read = async (flag: string, path: string | undefined): Promise<Uint8Array | undefined> => {
    if (path === undefined) return undefined;
    try {
      return await readBounded(resolve(directory, path), MOST_MIB);
    } catch (error) {
      problems.push(`${flag}: \`${path}\` cannot be read (${errorCode(error) || errorMessage(error)})`);
      return undefined;
    }
  };
  const password = await read('--redis-password-file', redisPasswordFile);
  const text =
    password &&
    Buffer.from(password)
      .toString()
      .replace(/\r?\n$/, '');
  if (text === '') problems.push(`--redis-password-file: \`${redisPasswordFile}\` is empty`);
  const tls = {
    ca: await read('--redis-ca', redisCa),
    cert: await read('--redis-cert', redisCert),
    key: await read('--redis-key', redisKey),
  };
  return { tls, password: text };
}
