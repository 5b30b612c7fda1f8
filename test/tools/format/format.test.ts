import { globSync, readFileSync } from 'node:fs';
import { expectGolden } from '../../support/generated.ts';
import { accept, goldenFormats } from './golden.ts';
import { data, formatted } from './kept.ts';

/** Contents of the YAML code blocks of a page. */
function blocksOf(path: string): string[] {
  const blocks = readFileSync(path, 'utf8').matchAll(/^( *)```yaml\n(.*?)^\1```$/gms);
  return [...blocks].map(([, pad = '', block = '']) => block.replaceAll(new RegExp(`^${pad}`, 'gm'), ''));
}

/** Templates of a chart are YAML only after Helm has filled them in. */
const FILES = globSync('{policies,docs,templates,test/cases,test/e2e,deploy}/**/*.yaml', {
  exclude: ['deploy/chart/templates/**'],
});
const PAGES = globSync('{docs,policies}/**/*.md').filter((path) => blocksOf(path).length > 0);

test.each([...FILES, ...PAGES].toSorted())('%s keeps its data and comments', (path) => {
  const texts = path.endsWith('.md') ? blocksOf(path) : [readFileSync(path, 'utf8')];
  for (const text of texts) {
    const once = formatted(text);
    expect(formatted(once)).toBe(once);
    expect(data(once)).toEqual(data(text));
    expect(comments(once)).toEqual(comments(text));
  }
});

function comments(text: string): string[] {
  return [...text.matchAll(/(?:^|\s)(# .*)$/gm)].map(([, comment = '']) => comment);
}

test('the patterns find files and pages', () => {
  expect(FILES.length).toBeGreaterThan(20);
  expect(PAGES.length).toBeGreaterThan(1);
});

describe('the golden canonical layout', () => {
  test.each(goldenFormats().map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
    const after = formatted(golden.before);
    expectGolden(after, golden.after, (found) => accept(golden, found));
    expect(formatted(after)).toBe(after);
  });
});

describe('the encoding of the text', () => {
  test('line ends are kept', () => {
    expect(formatted('a:   1\r\nb: |\r\n    x\r\n    y\r\n')).toBe('a: 1\r\nb: |\r\n  x\r\n  y\r\n');
  });
  test('a byte-order mark is kept', () => {
    expect(formatted('\uFEFFa:   1\n')).toBe('\uFEFFa: 1\n');
  });
  test('a missing line end of the last line is added', () => {
    expect(formatted('a: 1')).toBe('a: 1\n');
  });
  test('an empty file stays empty', () => {
    expect(formatted('')).toBe('');
  });
});
