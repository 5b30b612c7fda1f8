import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Changes } from '../../engine/decision/outcome.ts';
import type { CheckResponseMessage } from '../../engine/envoy/messages.ts';
import { readStruct } from '../../engine/envoy/metadata.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import type { Answer, Difference } from './answer.ts';

/** Fields that differ in every run, or with every commit. */
const FLEETING: ReadonlySet<string> = new Set([
  'decision_id',
  'x-lictor-decision-id',
  'revision',
  'instance',
]);

/** Query parameters that the answer sets and removes. */
type QueryChanges = Pick<Changes['query'], 'set' | 'remove'>;

export const NO_QUERY_CHANGES: QueryChanges = { set: new Map(), remove: new Set() };

/** The whole answer, in stable order, without ids, times and revisions. */
export function snapshotOf(
  response: CheckResponseMessage,
  answer: Answer,
  sent: ReadonlyMap<string, string>,
  { set, remove }: QueryChanges,
): JsonObject {
  const { decision, status, reason, policy, rule, requestHeaders, responseHeaders } = answer;
  const denied = response.deniedResponse;
  const changed = denied === undefined ? changesOf(sent, requestHeaders) : {};
  const query: JsonObject = Object.fromEntries([...set, ...[...remove].map((name) => [name, null] as const)]);
  const whole: JsonObject = {
    decision,
    status,
    reason,
    policy,
    rule,
    ...(Object.keys(changed).length > 0 ? { request_headers: changed } : {}),
    ...(Object.keys(query).length > 0 ? { query } : {}),
    ...(responseHeaders.size > 0 ? { response_headers: Object.fromEntries(responseHeaders) } : {}),
    ...(denied?.body === undefined ? {} : { body: bodyOf(denied.body) }),
    metadata: readStruct(response.dynamicMetadata ?? {}),
  };
  return steady(whole) as JsonObject;
}

/** Headers that the answer changes; null: removed. A token that is passed on unchanged is left out this way. */
function changesOf(sent: ReadonlyMap<string, string>, seen: ReadonlyMap<string, string>): JsonObject {
  const changes: Record<string, JsonValue> = {};
  for (const [name, value] of seen) if (sent.get(name) !== value) changes[name] = value;
  for (const name of sent.keys()) if (!seen.has(name)) changes[name] = null;
  return changes;
}

function bodyOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

/** Keys in order, those left out that are another each time. */
function steady(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(steady);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !FLEETING.has(name));
  return Object.fromEntries(
    entries
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, steady(inner)] satisfies [string, JsonValue]),
  );
}

/** Snapshot files next to the tests of a folder: read at first use, written at the end. */
export class Snapshots {
  readonly #folder: string;
  readonly #update: boolean;
  readonly #known = new Map<string, JsonValue | undefined>();
  readonly #fresh = new Map<string, JsonObject>();

  constructor(folder: string, update: boolean) {
    this.#folder = folder;
    this.#update = update;
  }

  /** Differences from the snapshot. When updating, only two cases that name one snapshot can differ. */
  compare(testFile: string, name: string, whole: JsonObject): readonly Difference[] {
    const file = join(dirname(testFile), `${name}.snapshot.json`);
    const earlier = this.#update ? this.#fresh.get(file) : this.#read(file);
    if (this.#update && earlier === undefined) {
      this.#fresh.set(file, whole);
      return [];
    }
    if (earlier === undefined) {
      const wanted = `${file}, which \`--update\` writes`;
      return [{ field: `snapshot ${name}`, wanted, got: 'no such file, or no JSON in it' }];
    }
    return compareLeaves(name, leavesOf(earlier), leavesOf(whole));
  }

  /** Number of files written. */
  async write(): Promise<number> {
    for (const [file, whole] of this.#fresh) {
      await writeFile(join(this.#folder, file), `${JSON.stringify(whole, null, 2)}\n`);
    }
    return this.#fresh.size;
  }

  #read(file: string): JsonValue | undefined {
    if (this.#known.has(file)) return this.#known.get(file);
    let value: JsonValue | undefined;
    try {
      value = JSON.parse(readFileSync(join(this.#folder, file), 'utf8')) as JsonValue;
    } catch {
      value = undefined;
    }
    this.#known.set(file, value);
    return value;
  }
}

function compareLeaves(
  name: string,
  wanted: ReadonlyMap<string, string>,
  got: ReadonlyMap<string, string>,
): readonly Difference[] {
  const fields = [...new Set([...wanted.keys(), ...got.keys()])].toSorted();
  return fields
    .filter((field) => wanted.get(field) !== got.get(field))
    .map((field) => ({
      field: `snapshot ${name}${field}`,
      wanted: wanted.get(field) ?? '(absent)',
      got: got.get(field) ?? '(absent)',
    }));
}

/** Every value that holds no other, by its path. */
function leavesOf(value: JsonValue, path = '', leaves = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    for (const [name, inner] of Object.entries(value)) leavesOf(inner, `${path}.${name}`, leaves);
  } else leaves.set(path, JSON.stringify(value));
  return leaves;
}
