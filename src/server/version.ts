import { readFileSync } from 'node:fs';

let version: string | undefined;

/** The version of the package, such as `0.1.0`. */
export function packageVersion(): string {
  version ??= String(
    JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version,
  );
  return version;
}
