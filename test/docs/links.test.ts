import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Every page of the repository. */
const PAGES = globSync([
  '*.md',
  '.github/*.md',
  'docs/**/*.md',
  'deploy/**/*.md',
  'policies/*.md',
  'deploy/**/*.md',
  'templates/*/*.md',
]).toSorted();

/** Targets of the links to files and headings of this repository. */
function linksOf(page: string): readonly string[] {
  const prose = readFileSync(page, 'utf8').replaceAll(/^ *```.*?^ *```$/gms, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^https?:/.test(target));
}

/** Anchors of the headings of a page, as GitHub makes them, and those written by hand. */
function anchorsOf(page: string): ReadonlySet<string> {
  const text = readFileSync(page, 'utf8');
  const headings = [...text.replaceAll(/^ *```.*?^ *```$/gms, '').matchAll(/^#+ (.+)$/gm)];
  const byHand = [...text.matchAll(/<a id="([^"]+)">/g)];
  return new Set([
    ...headings.map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
    ...byHand.map(([, id = '']) => id),
  ]);
}

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).has(anchor));
}

test('there are pages with links', () => {
  expect(PAGES.length).toBeGreaterThan(35);
  expect(PAGES.flatMap(linksOf).length).toBeGreaterThan(80);
});

test.each(PAGES)('%s links only to existing files and headings', (page) => {
  expect(linksOf(page).filter((link) => isBroken(page, link))).toEqual([]);
});

test('a link to a missing file or heading is found', () => {
  expect(isBroken('README.md', 'docs/glossary.md')).toBe(false);
  expect(isBroken('README.md', 'docs/missing.md')).toBe(true);
  expect(isBroken('README.md', 'docs/cel.md#conformance')).toBe(false);
  expect(isBroken('README.md', 'docs/cel.md#missing')).toBe(true);
});
