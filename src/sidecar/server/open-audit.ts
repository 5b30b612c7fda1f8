import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { readSignerKey, type SignerKey } from '../../tlog/note-key.ts';
import { type ChainBegin, newTree, ORIGIN_BYTES } from '../audit/chain/chain-state.ts';
import { chainedSink } from '../audit/chain/chained-sink.ts';
import { recoverChain } from '../audit/chain/recover-chain.ts';
import { writeTree } from '../audit/chain/tree-file.ts';
import { createWitnesses, type Witnesses } from '../audit/chain/witnesses.ts';
import { type FileSink, fileSink } from '../audit/file-sink.ts';
import { type RotationBounds, rotatingSink } from '../audit/rotation.ts';
import type { Sink } from '../audit/sink.ts';
import { streamSink } from '../audit/stream-sink.ts';
import type { Log } from '../telemetry/logging.ts';
import type { Configuration } from './configuration.ts';
import type { AuditTarget } from './setting-parsers.ts';
import { packageVersion } from './version.ts';

export interface AuditSurroundings {
  /** Folder of relative paths. */
  readonly directory: string;
  /** Stream for the sink `stdout`. */
  readonly stdout: Writable;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Opens the sinks of decision records. What cannot be opened is added to `problems`. */
export async function openAudit(
  configuration: Configuration,
  surroundings: AuditSurroundings,
  problems: string[],
): Promise<readonly Sink[]> {
  const key = await readKey(configuration, surroundings.directory, problems);
  const sinks: Sink[] = [];
  for (const target of auditSinks(configuration)) {
    try {
      const opened = await openTarget(target, configuration, surroundings);
      sinks.push(await prepared(opened, key, configuration, surroundings));
    } catch (error) {
      problems.push(`--audit: \`${nameOf(target)}\` cannot be opened (${causeOf(error)})`);
    }
  }
  return sinks;
}

type SinkTarget = Exclude<AuditTarget, { readonly kind: 'off' }>;

/** The sinks of a configuration, each once. */
function auditSinks({ audit }: Pick<Configuration, 'audit'>): readonly SinkTarget[] {
  const targets = audit.flatMap((target) =>
    target.kind === 'off' ? [] : [[nameOf(target), target] as const],
  );
  return [...new Map(targets).values()];
}

function nameOf(target: SinkTarget): string {
  return target.kind === 'file' ? target.path : target.kind;
}

async function readKey(
  { auditChain, auditKey }: Configuration,
  directory: string,
  problems: string[],
): Promise<SignerKey | undefined> {
  if (auditKey === undefined || !auditChain) return undefined;
  try {
    const { key, problem } = readSignerKey(await readFile(resolve(directory, auditKey), 'utf8'));
    if (problem !== undefined) problems.push(`--audit-key: \`${auditKey}\` ${problem}`);
    return key;
  } catch (error) {
    problems.push(`--audit-key: \`${auditKey}\` cannot be read (${causeOf(error)})`);
    return undefined;
  }
}

async function openTarget(
  target: SinkTarget,
  { auditFsync }: Configuration,
  { directory, stdout }: AuditSurroundings,
): Promise<{ readonly sink: Sink; readonly file?: FileSink['file'] }> {
  if (target.kind === 'stdout') return { sink: streamSink('stdout', stdout) };
  return await fileSink(resolve(directory, target.path), { isSynced: auditFsync });
}

/** The sink with rotation and, if there is a key, with a chain. */
async function prepared(
  { sink, file }: { readonly sink: Sink; readonly file?: FileSink['file'] },
  key: SignerKey | undefined,
  configuration: Configuration,
  { log, clock }: AuditSurroundings,
): Promise<Sink> {
  const bounds = boundsOf(configuration);
  const onFailure = onceReported(log, 'the audit file cannot be rotated', sink.name);
  if (key === undefined) return file === undefined ? sink : rotatingSink({ file, bounds, clock, onFailure });
  const another = () => newTree(key.verifier.name, randomBytes(ORIGIN_BYTES));
  const begin: ChainBegin =
    file === undefined ? { state: another(), unfinished: [] } : await recoverChain(file.name, another);
  if (begin.previous !== undefined)
    log.warn('the audit log lacks lines that were signed, it begins another tree', {
      sink: sink.name,
      ...begin.previous,
    });
  const onSaveFailure = onceReported(log, 'the state of the audit log cannot be saved', sink.name);
  const witnesses = witnessesOf(configuration, begin, file?.name, { log, clock }, (note) =>
    chained.note?.('cosigned', { checkpoint: note }),
  );
  const chained: Sink = chainedSink({
    ...(witnesses === undefined ? {} : { witnesses }),
    sink,
    ...(file === undefined ? {} : { file }),
    bounds,
    key,
    version: packageVersion(),
    begin,
    another,
    clock,
    onCheckpoint: async (published) => {
      if (file !== undefined) await writeTree(file.name, published).catch(onSaveFailure);
    },
    onFailure,
  });
  return chained;
}

/** Milliseconds between two checkpoints for a witness. */
const WITNESS_INTERVAL = 5000;

function witnessesOf(
  { auditWitness: urls }: Configuration,
  { state }: ChainBegin,
  path: string | undefined,
  { log, clock }: Pick<AuditSurroundings, 'log' | 'clock'>,
  onCosigned: (note: string) => void,
): Witnesses | undefined {
  if (urls.length === 0) return undefined;
  const reported = new Set<string>();
  return createWitnesses({
    urls,
    tree: state.range,
    path,
    clock,
    interval: WITNESS_INTERVAL,
    onCosigned,
    onFailure: (url, reason) => {
      if (!reported.has(url)) log.error('a witness does not cosign the audit log', { witness: url, reason });
      reported.add(url);
    },
  });
}

function boundsOf({ auditRotateSize, auditRotateAge }: Configuration): RotationBounds {
  return { maxSize: auditRotateSize ?? Infinity, maxAge: auditRotateAge ?? Infinity };
}

/** Logs the first failure alone: while a disk is full, each write has one. */
function onceReported(log: Log, message: string, sink: string): (error: unknown) => void {
  let isReported = false;
  return (error) => {
    if (!isReported) log.error(message, { sink, error: errorMessage(error) });
    isReported = true;
  };
}

/** Reason of a failure: the code of the operating system if there is one. */
function causeOf(error: unknown): string {
  return errorCode(error) || errorMessage(error);
}
