import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from '../support/tools.ts';

/** Every TypeScript file of src, by its path from the root of the checkout. */
export function sources(): Map<string, string> {
  const names = readdirSync(new URL('src', ROOT), { recursive: true, encoding: 'utf8' });
  const paths = names.filter((name) => name.endsWith('.ts')).map((name) => `src/${name}`);
  return new Map(paths.map((path) => [path, readFileSync(new URL(path, ROOT), 'utf8')]));
}
