import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { memberOf } from '../../engine/identity/jwt.ts';
import type { KeyStore, StoredKeys } from '../../engine/identity/remote-keys.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import type { Log } from '../telemetry/logging.ts';

/** A file of the cache. */
interface Entry {
  readonly place: string;
  readonly keys: StoredKeys;
}

const VERSION = 1;
const NAME = /^[0-9a-f]{64}\.json$/;
const UNFINISHED = /^[0-9a-f]{64}\.json\.[0-9a-f-]{36}$/;
/** Files of a process that ended while it wrote are removed after this time, in milliseconds. */
const UNFINISHED_AGE = 3_600_000;
/** Most files, of which the oldest are removed at the start, and most bytes of one: 1 MiB of keys, escaped. */
const MOST_FILES = 1000;
const MOST_BYTES = 2 * 1024 * 1024;
/** Most bytes that are read at the start. */
const MOST_BYTES_TOGETHER = 64 * 1024 * 1024;
/** Writable for the group or others. */
const OTHERS_WRITE = 0o022;

/**
 * Key sets in a folder. Whoever can write its files can sign tokens, so that only regular files of the own user that
 * nobody else may write are read. Rejects if the folder cannot be created or listed.
 */
export async function openKeyCache(dir: string, log: Log): Promise<KeyStore> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const known = await readAll(dir, log);
  const writer = new Writer(dir, log);
  return {
    load(place) {
      const keys = known.get(place);
      // The ring holds it from now on.
      known.delete(place);
      return keys;
    },
    save: (place, keys) => writer.save({ place, keys }),
  };
}

async function readAll(dir: string, log: Log): Promise<Map<string, StoredKeys>> {
  const known = new Map<string, StoredKeys>();
  let bytes = 0;
  for (const name of await currentFiles(dir)) {
    const { entry, size, problem } = await readEntry(dir, name);
    bytes += size;
    if (bytes > MOST_BYTES_TOGETHER) break;
    if (problem !== undefined) log.warn('a file of --jwks-cache is not used', { file: name, problem });
    else known.set(entry.place, entry.keys);
  }
  return known;
}

/** Names of the files, the youngest first. Those that are too many, and unfinished ones, are removed. */
async function currentFiles(dir: string): Promise<readonly string[]> {
  const files: { readonly name: string; readonly age: number }[] = [];
  for (const name of await readdir(dir)) {
    if (!NAME.test(name) && !UNFINISHED.test(name)) continue;
    const status = await stat(join(dir, name)).catch(() => undefined);
    if (status === undefined) continue;
    const age = Date.now() - status.mtimeMs;
    if (NAME.test(name)) files.push({ name, age });
    else if (age > UNFINISHED_AGE) await unlink(join(dir, name)).catch(() => undefined);
  }
  const sorted = files.toSorted((a, b) => a.age - b.age).map(({ name }) => name);
  for (const name of sorted.slice(MOST_FILES)) await unlink(join(dir, name)).catch(() => undefined);
  return sorted.slice(0, MOST_FILES);
}

type ReadEntry =
  | { readonly entry: Entry; readonly size: number; readonly problem?: undefined }
  | { readonly problem: string; readonly size: number; readonly entry?: undefined };

async function readEntry(dir: string, name: string): Promise<ReadEntry> {
  try {
    const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
    await using file = await open(join(dir, name), O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    const status = await file.stat();
    const problem = problemOf(status);
    if (problem !== undefined) return { problem, size: 0 };
    const entry = parse(await file.readFile('utf8'));
    if (entry === undefined || nameOf(entry.place) !== name)
      return { problem: 'its content is damaged, or that of another file', size: status.size };
    return { entry, size: status.size };
  } catch (error) {
    return { problem: errorCode(error) || errorMessage(error), size: 0 };
  }
}

function problemOf(status: {
  isFile(): boolean;
  readonly uid: number;
  readonly mode: number;
  readonly size: number;
}): string | undefined {
  if (!status.isFile()) return 'it is not a regular file';
  if (status.uid !== process.getuid?.()) return 'it belongs to another user';
  if ((status.mode & OTHERS_WRITE) !== 0) return 'others may write it';
  return status.size > MOST_BYTES ? 'it is too large' : undefined;
}

/** The content of a file; undefined if it is not one of this version, or not as it was written. */
function parse(text: string): Entry | undefined {
  const content = JSON.parse(text) as JsonValue;
  if (!isJsonObject(content)) return undefined;
  const member = (name: string): JsonValue | undefined => memberOf(content, name);
  const [place, jwks, fetchedAt] = [member('place'), member('jwks'), member('fetched_at')];
  if (member('version') !== VERSION || typeof place !== 'string' || typeof jwks !== 'string')
    return undefined;
  const time = typeof fetchedAt === 'string' ? Date.parse(fetchedAt) : Number.NaN;
  if (Number.isNaN(time) || member('sha256') !== sha256(jwks)) return undefined;
  return { place, keys: { text: jwks, fetchedAt: time } };
}

function write({ place, keys }: Entry): string {
  return JSON.stringify({
    version: VERSION,
    place,
    fetched_at: new Date(keys.fetchedAt).toISOString(),
    sha256: sha256(keys.text),
    jwks: keys.text,
  });
}

function nameOf(place: string): string {
  return `${sha256(place)}.json`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Writes one file after another; of two contents for one file that wait, the later one. */
class Writer {
  readonly #dir: string;
  readonly #log: Log;
  readonly #waiting = new Map<string, Entry>();
  #isWriting = false;
  #isFailing = false;

  constructor(dir: string, log: Log) {
    this.#dir = dir;
    this.#log = log;
  }

  save(entry: Entry): void {
    this.#waiting.set(entry.place, entry);
    if (!this.#isWriting) void this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    for (const [place, entry] of this.#waiting) {
      this.#waiting.delete(place);
      await this.#write(entry);
    }
    this.#isWriting = false;
  }

  /** Another process, or one that starts after a crash, reads the whole old file or the whole new one. */
  async #write(entry: Entry): Promise<void> {
    const path = join(this.#dir, nameOf(entry.place));
    const unfinished = `${path}.${randomUUID()}`;
    try {
      await writeFile(unfinished, write(entry), { mode: 0o600, flag: 'wx' });
      await rename(unfinished, path);
      this.#isFailing = false;
    } catch (error) {
      await unlink(unfinished).catch(() => undefined);
      if (!this.#isFailing) {
        const cause = errorCode(error) || errorMessage(error);
        this.#log.warn('key sets cannot be written to --jwks-cache, retrying', { error: cause });
      }
      this.#isFailing = true;
    }
  }
}
