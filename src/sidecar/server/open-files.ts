import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import type { KeyStore } from '../../engine/identity/remote-keys.ts';
import type { Sink } from '../audit/sink.ts';
import type { Log } from '../telemetry/logging.ts';
import type { ServerTls } from '../transport/transport.ts';
import type { Configuration } from './configuration.ts';
import { openKeyCache } from './key-cache.ts';
import { openAudit } from './open-audit.ts';
import { type RedisFiles, readRedisFiles } from './redis-files.ts';
import { groupNumber } from './socket-group.ts';
import { readTlsFiles } from './tls-files.ts';

/** Content of the files that the configuration names. */
export interface OpenedFiles {
  readonly sinks: readonly Sink[];
  readonly tls: ServerTls | undefined;
  /** Number of the group of `--socket-group`. */
  readonly socketGroup: number | undefined;
  /** Key sets of `--jwks-cache`. */
  readonly keyStore: KeyStore | undefined;
  /** Files for `--redis`. */
  readonly redis: RedisFiles;
}

export type OpenResult =
  | { readonly opened: OpenedFiles; readonly problems?: undefined }
  | { readonly problems: readonly string[]; readonly opened?: undefined };

/** Reads keys and opens audit files. If one fails, the others are closed, and all problems are reported. */
export async function openFiles(
  configuration: Configuration,
  directory: string,
  stdout: Writable,
  log: Log,
): Promise<OpenResult> {
  const { tls, problems: tlsProblems } = await readTlsFiles(configuration, directory);
  const redis = await readRedisFiles(configuration, directory);
  const problems = [...tlsProblems, ...redis.problems];
  const socketGroup = await readGroup(configuration, problems);
  const keyStore = await openKeys(configuration, directory, log, problems);
  const surroundings = { directory, stdout, log, clock: Date.now };
  const sinks = await openAudit(configuration, surroundings, problems);
  if (problems.length === 0) return { opened: { sinks, tls, socketGroup, keyStore, redis } };
  await Promise.all(sinks.map((sink) => sink.close()));
  return { problems };
}

async function readGroup({ socketGroup }: Configuration, problems: string[]): Promise<number | undefined> {
  if (socketGroup === undefined) return undefined;
  const number = await groupNumber(socketGroup);
  if (number === undefined)
    problems.push(`--socket-group: no group \`${socketGroup}\` in /etc/group, write its number`);
  return number;
}

async function openKeys(
  { jwksCache }: Configuration,
  directory: string,
  log: Log,
  problems: string[],
): Promise<KeyStore | undefined> {
  if (jwksCache === undefined) return undefined;
  try {
    return await openKeyCache(resolve(directory, jwksCache), log);
  } catch (error) {
    problems.push(`--jwks-cache: \`${jwksCache}\` cannot be opened (${causeOf(error)})`);
    return undefined;
  }
}

/** Reason of a failure: the code of the operating system if there is one. */
function causeOf(error: unknown): string {
  return errorCode(error) || errorMessage(error);
}
