import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { VERBS } from '../../src/cli/verbs.ts';

const page = readFileSync('CONTRIBUTING.md', 'utf8');
const targets = [...readFileSync('Makefile', 'utf8').matchAll(/^([a-z-]+):.*## /gm)].map(([, name]) => name);

const exists = (path: string): boolean => (path.includes('*') ? globSync(path).length > 0 : existsSync(path));

/** Paths of the repository that the page names in code. `VERB` means every verb with flags. */
const paths = [...page.matchAll(/`((?:src|test|docs|schema)\/[^`\s]+)`/g)].flatMap(([, path = '']) =>
  path.includes('VERB')
    ? VERBS.filter(({ flags }) => Object.keys(flags).length > 0).map(({ name }) => path.replace('VERB', name))
    : [path],
);

describe('CONTRIBUTING.md', () => {
  test('names paths', () => {
    expect(paths.length).toBeGreaterThan(40);
  });

  test.each([...new Set(paths)])('names %s, which exists', (path) => {
    expect(exists(path)).toBe(true);
  });

  test('names a file without its folder only after a file or folder that contains it', () => {
    const recipes = page.split(/^### /m).slice(1);
    const missing = recipes.flatMap((recipe) => {
      const folders = [...recipe.matchAll(/`((?:src|test)\/[^`\s]+)`/g)].flatMap(([, path = '']) => [
        path,
        dirname(path),
      ]);
      const bare = [...recipe.matchAll(/`([\w-]+(?:\.test)?\.ts)`/g)].map(([, name = '']) => name);
      return bare.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
    });
    expect(missing).toEqual([]);
  });

  test('tests with folders and files that exist', () => {
    const only = [...page.matchAll(/ONLY='([^']+)'/g)].flatMap(([, list = '']) => list.split(' '));
    expect(only.length).toBeGreaterThan(20);
    expect(only.filter((path) => globSync(`${path}*`).length === 0)).toEqual([]);
  });

  test('uses targets of the Makefile', () => {
    const used = [...page.matchAll(/\bmake ([a-z-]+)/g)].map(([, name]) => name);
    expect(used.filter((name) => !targets.includes(name))).toEqual([]);
  });
});
