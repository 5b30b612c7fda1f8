import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CaseResult } from '../../tools/testing/test-run.ts';

/**
 * The cases of a folder that failed when they were run last. The list is kept in the user's cache (`XDG_CACHE_HOME`, else
 * `~/.cache`), not in the folder, which is a repository of policies and nothing else.
 */
export class FailedCases {
  readonly #file: string;

  constructor(folder: string, environment: NodeJS.ProcessEnv) {
    const cache = environment['XDG_CACHE_HOME'] || join(environment['HOME'] || homedir(), '.cache');
    const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
    this.#file = join(cache, 'lictor', `failed-${name}.json`);
  }

  /** `test: case` of each. Empty when nothing is known. */
  read(): ReadonlySet<string> {
    try {
      const known: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
      return new Set(Array.isArray(known) ? known.map(String) : []);
    } catch {
      return new Set();
    }
  }

  /** Cases that did not run keep their state. A cache that cannot be written is ignored. */
  remember(results: readonly CaseResult[]): void {
    const before = this.read();
    const failed = new Set(before);
    for (const result of results) {
      if (result.differences.length > 0) failed.add(caseId(result.test, result.case.name));
      else failed.delete(caseId(result.test, result.case.name));
    }
    if (failed.size === 0 && before.size === 0) return;
    try {
      mkdirSync(join(this.#file, '..'), { recursive: true });
      writeFileSync(this.#file, JSON.stringify([...failed]));
    } catch {
      // The next run does not know of this one.
    }
  }
}

/** Identity of a case in filters and between runs. */
export function caseId(test: string, name: string): string {
  return `${test}: ${name}`;
}
