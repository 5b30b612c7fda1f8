import type { RedisTls } from '../limit-redis/connection.ts';
import type { Configuration } from './configuration.ts';
import { readFlagFile } from './read-bounded.ts';

/** Contents of the files for `--redis`. */
export interface RedisFiles {
  readonly tls: RedisTls;
  /** A secret. */
  readonly password: string | undefined;
}

/** Reads the files for `--redis`; what cannot be read is added to `problems`. */
export async function readRedisFiles(
  { redisPasswordFile, redisCa, redisCert, redisKey }: Configuration,
  directory: string,
  problems: string[],
): Promise<RedisFiles> {
  const read = async (flag: string, path: string | undefined): Promise<Uint8Array | undefined> =>
    path === undefined ? undefined : await readFlagFile(flag, path, directory, problems);
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
