import { readFileSync } from 'node:fs';
import { CODES } from '../../../src/diagnostic/codes.ts';
import { compileFolder } from '../../support/compile.ts';
import { expectGolden } from '../../support/generated.ts';
import { accept, goldenCases, seen } from '../golden.ts';
import { memoryFiles } from '../memory-files.ts';

/** Codes that no text of a document causes, with the file below `test` whose tests see them. */
const ELSEWHERE = {
  folder_unreadable: 'policy/source/load.test.ts',
  file_unreadable: 'policy/source/load.test.ts',
  file_too_large: 'policy/source/load.test.ts',
  too_many_files: 'policy/source/load.test.ts',
  folder_too_large: 'policy/source/folder-size.test.ts',
  folder_skipped: 'policy/source/closed-folders.test.ts',
  folder_busy: 'policy/source/torn-trees.test.ts',
  dirty_tree: 'policy/source/torn-trees.test.ts',
  commit_unreadable: 'policy/source/load-commit.test.ts',
  no_revision: 'policy/source/store.test.ts',
  no_shared_store: 'policy/compile/shared-limits.test.ts',
  internal_fault: 'policy/source/store.test.ts',
  unknown_environment: 'policy/compile/environments.test.ts',
  too_large: 'policy/hostile-folders/policies.ts',
  more_mistakes: 'diagnostic/collect.test.ts',
  load_timeout: 'e2e/hostile-folders.test.ts',
  load_memory: 'e2e/hostile-folders.test.ts',
  load_ended: 'sidecar/loading/loader.test.ts',
  // A golden file is text.
  not_utf8: 'policy/language/document.test.ts',
} as const satisfies Partial<Record<keyof typeof CODES, string>>;

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
      code: 'not_utf8',
      message: 'the file is not valid UTF-8',
      span: { file: 'a.yaml' },
    });
  });

  test('every code has a case', () => {
    const shown = new Set<string>(cases.flatMap(({ files }) => seen(files).found.map(({ code }) => code)));
    const missing = Object.keys(CODES).filter((code) => !shown.has(code) && !(code in ELSEWHERE));
    expect(missing).toEqual([]);
  });

  test.each(Object.entries(ELSEWHERE))('%s is seen in %s', (code, file) => {
    expect(readFileSync(`test/${file}`, 'utf8')).toContain(code);
  });

  test('every message is one lower-case sentence without a full stop', () => {
    const messages = cases.flatMap(({ files }) => seen(files).found.map(({ message }) => message));
    expect(messages.filter((message) => !/^(`|[a-z0-9])/.test(message) || /[.\n]$/.test(message))).toEqual(
      [],
    );
    expect(messages.length).toBeGreaterThan(150);
  });
});
