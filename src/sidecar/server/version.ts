import { readFileSync } from 'node:fs';
import { packageFile } from '../../node/package-file.ts';

let version: string | undefined;

/** Version of the package, such as `0.1.0`. */
export function packageVersion(): string {
  version ??= readVersion(readFileSync(packageFile('package.json'), 'utf8'));
  return version;
}

function readVersion(text: string): string {
  const read: unknown = JSON.parse(text);
  const found = typeof read === 'object' && read !== null && 'version' in read ? read.version : undefined;
  if (typeof found !== 'string') throw new Error('package.json has no version');
  return found;
}
