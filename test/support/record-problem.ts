import { readFileSync, statSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { recordSchema } from '../../src/sidecar/audit/record-schema.ts';

const validate = new Ajv2020({ strict: true }).compile(recordSchema());

/** The first reason why a line does not fit the schema of records; undefined if it fits. */
export function recordProblem(line: string): string | undefined {
  if (validate(JSON.parse(line))) return undefined;
  const [first] = validate.errors ?? [];
  return `${first?.instancePath} ${first?.message}`;
}

/** Throws if a file has a record that does not fit the schema. Pipes and absent files are left alone. */
export function refuseUnfitRecords(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const problem = isWhole(line) ? recordProblem(line) : undefined;
    if (problem !== undefined)
      throw new Error(`${path} has a record that does not fit its schema: ${problem}`);
  }
}

/** False for a line that the end of a process has cut. */
function isWhole(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}
