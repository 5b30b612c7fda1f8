import { readFileSync } from 'node:fs';

let version: string | undefined;

/** Version of the package, such as `0.1.0`. */
export function packageVersion(): string {
  version ??= readVersion(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  return version;
}

function readVersion(text: string): string {
  const read: unknown = JSON.parse(text);
  const found = typeof read === 'object' && read !== null && 'version' in read ? read.version : undefined;
  if (typeof found !== 'string') throw new Error('package.json has no version');
  return found;
}
