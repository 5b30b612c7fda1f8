import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { fileSink, type Sink, streamSink } from '../audit/sink.ts';
import type { ServerTls } from '../transport/transport.ts';
import type { Configuration } from './configuration.ts';
import type { AuditTarget } from './setting-parsers.ts';
import { type TlsFile, tlsProblems } from './tls-files.ts';

/** Files that the configuration names. */
export type OpenedFiles =
  | { readonly sinks: readonly Sink[]; readonly tls: ServerTls | undefined; readonly problems?: undefined }
  | { readonly problems: readonly string[] };

/** Reads keys and opens audit files. If one fails, the others are closed, and all problems are reported. */
export async function openFiles(
  configuration: Configuration,
  directory: string,
  stdout: Writable,
): Promise<OpenedFiles> {
  const problems: string[] = [];
  const tls = await readTls(configuration, directory, problems);
  const sinks = await openSinks(configuration, directory, stdout, problems);
  if (problems.length === 0) return { sinks, tls };
  await Promise.all(sinks.map((sink) => sink.close()));
  return { problems };
}

async function readTls(
  { tlsCert, tlsKey, tlsClientCa }: Configuration,
  directory: string,
  problems: string[],
): Promise<ServerTls | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const unread = problems.length;
  const read = async (flag: string, path: string): Promise<TlsFile> => {
    const bytes = await readFile(resolve(directory, path)).catch((error: unknown) => {
      problems.push(`${flag}: \`${path}\` cannot be read (${causeOf(error)})`);
      return new Uint8Array();
    });
    return { flag, path, bytes };
  };
  const cert = await read('--tls-cert', tlsCert);
  const key = await read('--tls-key', tlsKey);
  const clientCa = tlsClientCa === undefined ? undefined : await read('--tls-client-ca', tlsClientCa);
  if (problems.length === unread) problems.push(...tlsProblems(cert, key, clientCa));
  return { cert: cert.bytes, key: key.bytes, clientCa: clientCa?.bytes };
}

async function openSinks(
  { audit }: Configuration,
  directory: string,
  stdout: Writable,
  problems: string[],
): Promise<readonly Sink[]> {
  const sinks: Sink[] = [];
  for (const target of withoutRepeats(audit)) {
    if (target.kind === 'stdout') sinks.push(streamSink('stdout', stdout));
    if (target.kind !== 'file') continue;
    await fileSink(resolve(directory, target.path)).then(
      (sink) => sinks.push(sink),
      (error: unknown) => problems.push(`--audit: \`${target.path}\` cannot be opened (${causeOf(error)})`),
    );
  }
  return sinks;
}

function withoutRepeats(targets: readonly AuditTarget[]): Iterable<AuditTarget> {
  const key = (target: AuditTarget): string => (target.kind === 'file' ? `file ${target.path}` : target.kind);
  return new Map(targets.map((target) => [key(target), target])).values();
}

/** Reason of a failure: the code of the operating system if there is one. */
function causeOf(error: unknown): string {
  return errorCode(error) || errorMessage(error);
}
