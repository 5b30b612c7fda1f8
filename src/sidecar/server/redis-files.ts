import type { RedisCredentials } from '../limit-redis/client.ts';
import type { SharedStore } from '../limit-redis/shared-store.ts';
import type { Log } from '../telemetry/logging.ts';
import type { Configuration } from './configuration.ts';
import { type FileWatch, watchFiles } from './file-watch.ts';
import { pemProblems, readPemFile } from './pem-files.ts';
import { readFlagFile } from './read-bounded.ts';

/** Contents of the files for `--redis`, and what is wrong with them. */
export interface RedisFiles {
  readonly credentials: RedisCredentials;
  readonly problems: readonly string[];
}

/** Reads the files for `--redis`. */
export async function readRedisFiles(configuration: Configuration, directory: string): Promise<RedisFiles> {
  const { redisCa, redisCert, redisKey } = configuration;
  const unread: string[] = [];
  const password = await readPassword(configuration, directory, unread);
  const files = {
    ca: await readPemFile('--redis-ca', redisCa, directory, unread),
    cert: await readPemFile('--redis-cert', redisCert, directory, unread),
    key: await readPemFile('--redis-key', redisKey, directory, unread),
  };
  const { ca, cert, key } = files;
  return {
    credentials: { tls: { ca: ca?.bytes, cert: cert?.bytes, key: key?.bytes }, password },
    problems: unread.length > 0 ? unread : pemProblems(files),
  };
}

/** The text of the password file without the end of its line. */
async function readPassword(
  { redisPasswordFile: path }: Configuration,
  directory: string,
  problems: string[],
): Promise<string | undefined> {
  const flag = '--redis-password-file';
  const bytes = path === undefined ? undefined : await readFlagFile(flag, path, directory, problems);
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes)
    .toString()
    .replace(/\r?\n$/, '');
  if (text === '') problems.push(`${flag}: \`${path}\` is empty`);
  return text;
}

/** Uses files for `--redis` that have changed for a new connection. */
export function watchRedisFiles(
  configuration: Configuration,
  directory: string,
  first: RedisFiles,
  store: Pick<SharedStore, 'renew'> | undefined,
  log: Log,
): FileWatch {
  const { redisPasswordFile, redisCa, redisCert } = configuration;
  if (store === undefined || (redisPasswordFile ?? redisCa ?? redisCert) === undefined) return { close() {} };
  return watchFiles<RedisFiles>({
    name: 'the files for Redis',
    first,
    read: () => readRedisFiles(configuration, directory),
    watched: ({ credentials: { tls, password }, problems }) => ({
      contents: [tls.ca, tls.cert, tls.key, password === undefined ? undefined : Buffer.from(password)],
      problems,
    }),
    use: ({ credentials }) => store.renew(credentials),
    log,
  });
}
