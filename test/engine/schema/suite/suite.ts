import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonValue } from '../../../../src/engine/request/attributes.ts';
import type { DialectName } from '../../../../src/engine/schema/dialects.ts';
import { ROOT } from '../../../support/tools.ts';

/** Folder of the JSON Schema test suite, which `make tools` fetches. */
const SUITE = fileURLToPath(new URL('.tools/json-schema-suite/', ROOT));

/** Folders of the suite by dialect. */
const FOLDERS = {
  'draft-04': 'draft4',
  'draft-06': 'draft6',
  'draft-07': 'draft7',
  '2019-09': 'draft2019-09',
  '2020-12': 'draft2020-12',
} as const satisfies Record<DialectName, string>;

/** A schema with bodies. */
export interface Group {
  readonly description: string;
  readonly schema: JsonValue;
  readonly tests: readonly {
    readonly description: string;
    readonly data: JsonValue;
    readonly valid: boolean;
  }[];
}

export interface SuiteFile {
  /** Path below the folder of the dialect, such as `optional/format/uri.json`. */
  readonly path: string;
  readonly groups: readonly Group[];
}

/** The files of a dialect, in order. */
export function suiteFiles(dialect: DialectName): readonly SuiteFile[] {
  const folder = join(SUITE, 'tests', FOLDERS[dialect]);
  if (!existsSync(folder)) throw new Error('the JSON Schema test suite is missing: run `make tools`');
  return jsonFiles(folder).map((file) => ({
    path: relative(folder, file),
    groups: JSON.parse(readFileSync(file, 'utf8')) as Group[],
  }));
}

/** The documents that schemas of the suite refer to, by URI. */
export function remotes(): ReadonlyMap<string, JsonValue> {
  const folder = join(SUITE, 'remotes');
  return new Map(
    jsonFiles(folder).map((file) => [
      `http://localhost:1234/${relative(folder, file)}`,
      JSON.parse(readFileSync(file, 'utf8')) as JsonValue,
    ]),
  );
}

function jsonFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
