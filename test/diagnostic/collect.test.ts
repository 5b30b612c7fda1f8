import { CODES } from '../../src/diagnostic/codes.ts';
import { Diagnostics, hasErrors, showDiagnostics } from '../../src/diagnostic/collect.ts';
import type { Span } from '../../src/diagnostic/diagnostic.ts';
import { diagnosticsJson } from '../../src/diagnostic/json.ts';

function span(file: string, line: number, column: number): Span {
  return { file, start: { line, column }, end: { line, column: column + 3 } };
}

describe('Diagnostics', () => {
  test('are sorted by file, line and column', () => {
    const found = new Diagnostics();
    for (const place of [span('b', 1, 1), span('a', 10, 1), span('a', 9, 2), span('a', 9, 1)]) {
      found.report('wrong_type', place, 'm');
    }
    expect(
      found.sorted().map(({ span: { file, start } }) => `${file}:${start.line}:${start.column}`),
    ).toEqual(['a:9:1', 'a:9:2', 'a:10:1', 'b:1:1']);
  });

  test('a repetition counts once, another message at the same position is kept', () => {
    const found = new Diagnostics();
    for (const message of ['m', 'm', 'n']) found.report('wrong_type', span('a', 1, 1), message);
    found.report('unused_issuer', span('a', 1, 1), 'm');
    expect([found.errors, found.warnings]).toEqual([2, 1]);
  });

  test('at most a thousand errors are kept, and one diagnostic tells that there are more', () => {
    const found = new Diagnostics();
    for (let line = 1; line <= 1_500; line++) found.report('wrong_type', span('a', line, 1), 'm');
    found.report('unused_issuer', span('a', 1, 9), 'm');
    const [more, ...others] = found.sorted();
    expect(more).toMatchObject({
      code: 'more_mistakes',
      message: 'there are more than 1,000 errors, and the others are not shown',
    });
    expect(others).toHaveLength(1_001);
    expect([found.errors, found.warnings, found.isFull]).toEqual([1_500, 1, true]);
  });

  test('suggestions are looked for until there are two hundred diagnostics', () => {
    const found = new Diagnostics();
    for (let line = 1; line <= 200; line++) {
      expect(found.suggests).toBe(true);
      found.report('wrong_type', span('a', line, 1), 'm');
    }
    expect(found.suggests).toBe(false);
  });

  test('at most a hundred are shown, the others are counted', () => {
    const found = new Diagnostics();
    for (let line = 1; line <= 130; line++) found.report('wrong_type', span('a', line, 1), 'm');
    const { diagnostics, more } = found.shown();
    expect([diagnostics.length, more]).toEqual([100, 30]);
    expect(showDiagnostics(found.sorted(), 200)).toMatchObject({ more: 0 });
  });

  test('a warning is not an error', () => {
    const found = new Diagnostics();
    found.report('unused_issuer', span('a', 1, 1), 'm');
    expect(hasErrors(found.sorted())).toBe(false);
    found.report('wrong_type', span('a', 1, 1), 'm');
    expect(hasErrors(found.sorted())).toBe(true);
  });

  test('JSON counts all and shows at most a hundred', () => {
    const found = new Diagnostics();
    found.report('wrong_type', span('a', 1, 2), 'expected text', 'use quotes');
    for (let line = 2; line <= 130; line++) found.report('unused_issuer', span('a', line, 1), 'm');
    const json = diagnosticsJson(found.sorted());
    expect(json.diagnostics[0]).toEqual({
      file: 'a',
      line: 1,
      column: 2,
      end_line: 1,
      end_column: 5,
      severity: 'error',
      code: 'wrong_type',
      message: 'expected text',
      help: 'use quotes',
      examples: [],
      fix: null,
    });
    expect([json.diagnostics.length, json.errors, json.warnings]).toEqual([100, 1, 129]);
  });
});

test('every code has a description', () => {
  for (const { doc } of Object.values(CODES)) expect(doc).toMatch(/^[a-z`A-Z].*[^.]$/);
});
