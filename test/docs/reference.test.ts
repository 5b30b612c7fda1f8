import { readFileSync } from 'node:fs';
import { TABLES, withTable } from '../support/reference.ts';

describe('the reference pages say what the code does', () => {
  test.each(Object.entries(TABLES))('%s', (name, { page, text }) => {
    const written = readFileSync(page, 'utf8');
    // `node test/support/reference.ts` writes the tables anew.
    expect(written).toBe(withTable(written, name, text()));
  });

  test('a row that is missing from a page is found', () => {
    const page = readFileSync('docs/reasons.md', 'utf8').replace(/^.*`no_rule`.*\n/m, '');
    const { text } = TABLES['reasons'] ?? { text: () => '' };
    expect(page).not.toBe(withTable(page, 'reasons', text()));
  });
});
