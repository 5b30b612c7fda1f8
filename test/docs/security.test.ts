import { existsSync, readFileSync } from 'node:fs';

const PAGE = readFileSync('docs/security.md', 'utf8');
/** Rows of the tables below `## Threats`: attempt, what stops it, tests. */
const ROWS = [...PAGE.matchAll(/^\| (.+?) \| (.+?) \| (.+?) \|$/gm)]
  .map(([, attempt = '', stop = '', tests = '']) => ({ attempt, stop, tests }))
  .filter(({ tests }) => tests.startsWith('`test/'));

test('the page has at least thirty attempts', () => {
  expect(ROWS.length).toBeGreaterThanOrEqual(30);
});

test.each(ROWS)('$attempt: the tests exist', ({ tests }) => {
  const files = [...tests.matchAll(/`(test\/.+?)`/g)].map(([, file = '']) => file);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});

test('every row of the threat tables names its tests', () => {
  const [, threats = ''] = /^## Threats$(.*?)^## /ms.exec(PAGE) ?? [];
  const rows = [...threats.matchAll(/^\| (?!attempt|---).*$/gm)].map(([row]) => row);
  expect(rows.filter((row) => !/\| `test\/[^|]+` \|$/.test(row))).toEqual([]);
});
