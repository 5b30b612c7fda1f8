import { readFileSync } from 'node:fs';

const rows = [
  ...readFileSync('docs/glossary.md', 'utf8').matchAll(/^\| (?!word|---)(.+?) \| (.+) \|$/gm),
].map(([, word = '', definition = '']) => ({ word, definition }));

describe('the glossary', () => {
  test('is in alphabetical order, without doubles', () => {
    const words = rows.map(({ word }) => word);
    expect(words.length).toBeGreaterThan(25);
    expect(words).toEqual([...new Set(words)].toSorted((a, b) => a.localeCompare(b, 'en')));
  });

  test.each(rows.map(({ word, definition }) => [word, definition] as const))(
    'defines %s in one sentence',
    (_, definition) => {
      expect(definition).toMatch(/^[A-Z].*\.$/);
      expect(definition).not.toMatch(/\.\s+[A-Z]/);
    },
  );
});
