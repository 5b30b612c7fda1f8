import { readFileSync } from 'node:fs';
import { CODES } from '../../../src/diagnostic/codes.ts';
import { compileFolder } from '../../support/compile.ts';
import { expectGolden } from '../../support/generated.ts';
import { accept, goldenCases, seen } from '../golden.ts';
import { memoryFiles } from '../memory-files.ts';

/** Codes of mistakes in the folder itself, covered by `load.test.ts`. */
const FOUND_WHILE_READING = ['folder_unreadable', 'file_unreadable', 'file_too_large', 'too_many_files'];
/** Codes that the policy store reports, covered by `store.test.ts`. */
const FOUND_WHILE_STORING = ['no_revision', 'internal_fault'];
/** Codes about the chosen Environment, covered by `environments.test.ts`. */
const FOUND_WHILE_CHOOSING = ['unknown_environment'];
/** Code without a golden file, since a golden file is text. */
const NOT_TEXT = 'not_utf8';

const cases = goldenCases();

describe('golden diagnostics of a policy folder', () => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', (_, golden) => {
    const { text } = seen(golden.files);
    expectGolden(text, golden.expected, (found) => accept(golden, found));
  });

  test('a file that is not UTF-8', () => {
    const bytes = Uint8Array.of(0x61, 0x3a, 0x20, 0xff, 0xfe);
    const [first] = compileFolder(memoryFiles({ 'a.yaml': bytes })).diagnostics;
    expect(first).toMatchObject({
      code: NOT_TEXT,
      message: 'the file is not valid UTF-8',
      span: { file: 'a.yaml' },
    });
  });

  test('every code has a case', () => {
    const shown = new Set<string>(cases.flatMap(({ files }) => seen(files).found.map(({ code }) => code)));
    const elsewhere = [...FOUND_WHILE_READING, ...FOUND_WHILE_STORING, ...FOUND_WHILE_CHOOSING, NOT_TEXT];
    expect(Object.keys(CODES).filter((code) => !shown.has(code) && !elsewhere.includes(code))).toEqual([]);
    const loading = readFileSync('test/policy/source/load.test.ts', 'utf8');
    expect(FOUND_WHILE_READING.filter((code) => !loading.includes(code))).toEqual([]);
    const storing = readFileSync('test/policy/source/store.test.ts', 'utf8');
    expect(FOUND_WHILE_STORING.filter((code) => !storing.includes(code))).toEqual([]);
  });

  test('every message is one lower-case sentence without a full stop', () => {
    const messages = cases.flatMap(({ files }) => seen(files).found.map(({ message }) => message));
    expect(messages.filter((message) => !/^(`|[a-z0-9])/.test(message) || /[.\n]$/.test(message))).toEqual(
      [],
    );
    expect(messages.length).toBeGreaterThan(150);
  });
});
