import { readFileSync } from 'node:fs';
import { CODES } from '../../../src/diagnostic/codes.ts';
import { compileFolder } from '../../support/compile.ts';
import { expectGolden } from '../../support/generated.ts';
import { accept, goldenCases, seen } from '../golden.ts';
import { memoryFiles } from '../memory-files.ts';

/** What is wrong with the folder itself is found while it is read, and proved where that is. */
const FOUND_WHILE_READING = ['folder_unreadable', 'file_unreadable', 'file_too_large', 'too_many_files'];
/** What the server finds when it takes a set, proved in the store's tests. */
const FOUND_WHILE_TAKING = ['no_revision', 'internal_fault'];
/** What depends on where the folder decides, proved in `environments.test.ts`. */
const FOUND_WHILE_CHOOSING = ['unknown_environment'];
/** No golden text can hold it. */
const NOT_TEXT = 'not_utf8';

const cases = goldenCases();

describe('the golden text of the mistakes in a folder', () => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', (_, golden) => {
    const { text } = seen(golden.files);
    expectGolden(text, golden.expected, (found) => accept(golden, found));
  });

  test('a file that is not UTF-8', () => {
    const bytes = Uint8Array.of(0x61, 0x3a, 0x20, 0xff, 0xfe);
    const [first] = compileFolder(memoryFiles({ 'a.yaml': bytes })).diagnostics;
    expect(first).toMatchObject({
      code: NOT_TEXT,
      message: 'the file is not UTF-8 text',
      span: { file: 'a.yaml' },
    });
  });

  test('every code has a case', () => {
    const shown = new Set<string>(cases.flatMap(({ files }) => seen(files).found.map(({ code }) => code)));
    const elsewhere = [...FOUND_WHILE_READING, ...FOUND_WHILE_TAKING, ...FOUND_WHILE_CHOOSING, NOT_TEXT];
    expect(Object.keys(CODES).filter((code) => !shown.has(code) && !elsewhere.includes(code))).toEqual([]);
    const loading = readFileSync('test/policy/source/load.test.ts', 'utf8');
    expect(FOUND_WHILE_READING.filter((code) => !loading.includes(code))).toEqual([]);
    const taking = readFileSync('test/policy/source/store.test.ts', 'utf8');
    expect(FOUND_WHILE_TAKING.filter((code) => !taking.includes(code))).toEqual([]);
  });

  test('every message is one lower-case sentence without a full stop', () => {
    const messages = cases.flatMap(({ files }) => seen(files).found.map(({ message }) => message));
    expect(messages.filter((message) => !/^(`|[a-z0-9])/.test(message) || /[.\n]$/.test(message))).toEqual(
      [],
    );
    expect(messages.length).toBeGreaterThan(150);
  });
});
