import { readFileSync } from 'node:fs';

let version: string | undefined;

/** The version of the package, such as `0.1.0`. */
export function packageVersion(): string {
  version ??= readVersion(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  return version;
}

function readVersion(text: string): string {
  const read: unknown = JSON.parse(text);
  const told = typeof read === 'object' && read !== null && 'version' in read ? read.version : undefined;
  if (typeof told !== 'string') throw new Error('package.json does not tell the version');
  return told;
}
