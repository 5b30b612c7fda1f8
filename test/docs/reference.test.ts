import { readFileSync } from 'node:fs';
import { CODES } from '../../src/diagnostic/codes.ts';
import { expectGenerated } from '../support/generated.ts';
import { TABLES, withTable } from '../support/reference.ts';

describe('the tables of the reference pages are those of the code', () => {
  test.each(Object.entries(TABLES))('%s', (name, { page, text }) => {
    const written = readFileSync(page, 'utf8');
    expectGenerated(withTable(written, name, text()), written, 'reference');
  });

  test('a row that is missing from a page is found', () => {
    const page = readFileSync('docs/reasons.md', 'utf8').replace(/^.*`no_rule`.*\n/m, '');
    const { text } = TABLES['reasons'] ?? { text: () => '' };
    expect(page).not.toBe(withTable(page, 'reasons', text()));
  });

  test('every warning has a section, and nothing else has one', () => {
    const page = readFileSync('docs/diagnostics.md', 'utf8');
    const warnings = Object.entries(CODES).flatMap(([name, { severity }]) =>
      severity === 'warning' ? [name] : [],
    );
    expect([...page.matchAll(/^### `(\w+)`\n\n\S/gm)].map(([, name]) => name ?? '').toSorted(byText)).toEqual(
      warnings.toSorted(byText),
    );
  });
});

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
