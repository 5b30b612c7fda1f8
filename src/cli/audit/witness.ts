import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { parseJson } from '../../engine/request/json.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import { readCheckpoint } from '../../tlog/checkpoint.ts';
import { readSignerKey } from '../../tlog/note-key.ts';
import { Witness } from '../../tools/audit/witness.ts';
import { catchSignals } from '../serve/signals.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { readInput } from '../terminal/read-input.ts';
import type { AuditCall } from './call.ts';
import type { AuditOptions } from './flags.ts';
import { readKeys } from './read-keys.ts';
import { serveWitness } from './witness-server.ts';

/** Milliseconds for requests in flight when the process ends. */
const DRAIN = 5000;

/** `lictor audit witness --state FILE`: cosigns checkpoints of logs that only grow, until a signal ends it. */
export async function witness(call: AuditCall): Promise<ExitCode> {
  const { terminal, usage } = call;
  const { state, key: keyFile, keys: keysFile, listen }: AuditOptions = call.options;
  if (state === undefined || keyFile === undefined || keysFile === undefined)
    return usage('witness: requires --state, --key and --keys');
  const signals = catchSignals();
  const { keys, problem } = await readKeys(keysFile, '--keys', terminal);
  if (problem !== undefined) return usage(problem);
  const input = await readInput(keyFile, terminal);
  if (input.problem !== undefined) return usage(`--key: ${input.problem}`);
  const { key, problem: invalid } = readSignerKey(Buffer.from(input.bytes).toString(), 'cosignature');
  if (invalid !== undefined)
    return usage(`--key: \`${keyFile}\` ${invalid}; make it by \`audit key --witness\``);
  const path = resolve(terminal.directory, state);
  const seen = await readState(path);
  if (seen === undefined) return usage(`--state: \`${state}\` is not the state of a witness`);
  const cosigner = new Witness({
    key,
    logKeys: keys,
    seen,
    save: (now) => writeState(path, now),
    clock: Date.now,
  });
  try {
    const listener = await serveWitness(listen, cosigner, (error) =>
      terminal.stderr.write(`lictor audit: the state cannot be kept: ${errorMessage(error)}\n`),
    );
    terminal.stderr.write(`the witness ${key.verifier.text} listens at ${listener.address}\n`);
    await signals.terminated;
    await listener.close(DRAIN);
    return EXIT.fine;
  } catch (error) {
    return usage(errorMessage(error));
  }
}

/** The last checkpoint of each log; none if the file does not exist, undefined if it has another content. */
async function readState(path: string): Promise<ReadonlyMap<string, string> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? new Map() : undefined;
  }
  const { value } = parseJson(text);
  if (!isJsonObject(value)) return undefined;
  const seen = Object.entries(value).flatMap(([origin, note]) =>
    typeof note === 'string' && readCheckpoint(note).checkpoint?.origin === origin
      ? [[origin, note] as const]
      : [],
  );
  return seen.length === Object.keys(value).length ? new Map(seen) : undefined;
}

/** Replaces the state on the disk: a witness that forgets a checkpoint would sign one that contradicts it. */
async function writeState(path: string, seen: ReadonlyMap<string, string>): Promise<void> {
  const beside = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  await writeFile(beside, JSON.stringify(Object.fromEntries(seen)), { flag: 'wx', mode: 0o600, flush: true });
  await rename(beside, path);
}
