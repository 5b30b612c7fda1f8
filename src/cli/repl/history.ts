import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Lines that are kept. */
const MOST_LINES = 1000;

/** The lines of earlier sessions, the last first, in the user's cache (`XDG_CACHE_HOME`, else `~/.cache`). */
export class History {
  readonly #file: string;

  constructor(environment: NodeJS.ProcessEnv) {
    const cache = environment['XDG_CACHE_HOME'] || join(environment['HOME'] || homedir(), '.cache');
    this.#file = join(cache, 'lictor', 'repl-history');
  }

  read(): string[] {
    try {
      return readFileSync(this.#file, 'utf8').split('\n').filter(Boolean).slice(0, MOST_LINES);
    } catch {
      return [];
    }
  }

  /** Replaces the history. Lines that change the request are left out: they can hold a token. */
  write(lines: readonly string[]): void {
    const kept = lines.filter((line) => !line.trimStart().startsWith(':set')).slice(0, MOST_LINES);
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileSync(this.#file, kept.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    } catch {
      // The next session does not know of this one.
    }
  }
}
