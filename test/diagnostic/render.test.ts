import { diagnose } from '../../src/diagnostic/collect.ts';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { renderDiagnostic } from '../../src/diagnostic/render.ts';

function at(
  line: number,
  column: number,
  end: number,
  message = 'unknown name `x`',
  help?: string,
): Diagnostic {
  const span = { file: 'a.yaml', start: { line, column }, end: { line, column: end } };
  return diagnose('cel_unknown_name', span, message, help);
}

function drawn(diagnostic: Diagnostic, source: string): readonly string[] {
  return renderDiagnostic(diagnostic, source, { colour: false }).split('\n');
}

describe('renderDiagnostic', () => {
  test('has position, code and message, the line with a caret, and the help', () => {
    expect(drawn(at(2, 7, 10, undefined, 'did you mean `y`?'), 'a: 1\nwhen: foo == 1\n')).toEqual([
      'a.yaml:2:7: error[cel_unknown_name]: unknown name `x`',
      '2 | when: foo == 1',
      '  |       ^^^',
      'help: did you mean `y`?',
    ]);
  });

  test.each([
    ['a tab takes four cells', '\twhen: foo', 8, 11, '1 |     when: foo', '  |           ^^^'],
    ['a wide character takes two', "a: '日本' x", 9, 10, "1 | a: '日本' x", '  |           ^'],
    ['an emoji takes two', 'a: 😀 x', 6, 7, '1 | a: 😀 x', '  |       ^'],
    ['a combining mark takes none', 'a: e\u0301 x', 7, 8, '1 | a: e\u0301 x', '  |      ^'],
    ['a mistake after the last character', 'when: a ==', 11, 11, '1 | when: a ==', '  |           ^'],
    ['an empty span has one caret', 'when: a', 7, 7, '1 | when: a', '  |       ^'],
    ['control characters are replaced', 'a: \u001b[31mx', 4, 5, '1 | a: \uFFFD[31mx', '  |    ^'],
    ['bidirectional controls are replaced', 'a: \u202ex', 4, 5, '1 | a: \uFFFDx', '  |    ^'],
  ])('%s', (_, source, column, end, line, caret) => {
    expect(drawn(at(1, column, end), source).slice(1, 3)).toEqual([line, caret]);
  });

  test('a mistake over several lines is underlined to the end of the first', () => {
    const span = { file: 'a.yaml', start: { line: 1, column: 4 }, end: { line: 3, column: 2 } };
    expect(drawn(diagnose('wrong_type', span, 'm'), 'a: [b,\n c\n]').slice(1)).toEqual([
      '1 | a: [b,',
      '  |    ^^^',
    ]);
  });

  test('a long line is cut around the mistake', () => {
    const [, line = '', caret = ''] = drawn(at(1, 301, 304), `${'a'.repeat(300)}foo${'b'.repeat(300)}`);
    expect(line).toBe(`1 | …${'a'.repeat(40)}foo${'b'.repeat(67)}…`);
    expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('foo');
  });

  test('a long line with an early mistake is cut at its end only', () => {
    const [, line = '', caret = ''] = drawn(at(1, 1, 400), 'a'.repeat(400));
    expect(line).toBe(`1 | ${'a'.repeat(110)}…`);
    expect(caret).toBe(`  | ${'^'.repeat(110)}`);
  });

  test('without the text, or outside of it, there is no excerpt', () => {
    const head = 'a.yaml:9:1: error[cel_unknown_name]: unknown name `x`';
    expect(renderDiagnostic(at(9, 1, 2), undefined, { colour: false })).toBe(head);
    expect(renderDiagnostic(at(9, 1, 2), 'a: 1', { colour: false })).toBe(head);
  });

  test('an author’s control characters do not reach the terminal', () => {
    expect(drawn(at(1, 1, 2, 'unknown name `\u001b[2J\n`'), 'a')[0]).toBe(
      'a.yaml:1:1: error[cel_unknown_name]: unknown name `\\u001b[2J\\n`',
    );
  });

  test('the colour depends on the severity', () => {
    const text = renderDiagnostic(at(1, 1, 2), 'a', { colour: true });
    expect(text).toContain('\u001b[1;31merror[cel_unknown_name]:\u001b[0m');
    const span = { file: 'a.yaml', start: { line: 1, column: 1 }, end: { line: 1, column: 2 } };
    expect(renderDiagnostic(diagnose('unused_issuer', span, 'm'), 'a', { colour: true })).toContain(
      '\u001b[1;33mwarning',
    );
  });
});
