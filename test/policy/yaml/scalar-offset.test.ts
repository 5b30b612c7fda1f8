import { locate, unitAt } from '../../../src/policy/yaml/scalar-offset.ts';
import type { ScalarTree, Tree } from '../../../src/policy/yaml/tree.ts';
import { readYaml } from '../../../src/policy/yaml/yaml-file.ts';

function scalarOf(text: string): {
  readonly text: string;
  readonly scalar: ScalarTree;
  readonly value: string;
} {
  const { documents, lines } = readYaml('a.yaml', new TextEncoder().encode(text));
  const whole: Tree | undefined = documents[0]?.tree;
  const scalar = whole?.kind === 'mapping' ? whole.entries.get('a')?.value : undefined;
  if (scalar?.kind !== 'scalar' || typeof scalar.value !== 'string') throw new Error('no text under `a`');
  return { text: lines.text, scalar, value: scalar.value };
}

/** The source text of `part`, a part of the value. */
function found(yaml: string, part: string): { readonly source: string; readonly line: number } {
  const { text, scalar, value } = scalarOf(yaml);
  const start = value.indexOf(part);
  if (start === -1) throw new Error(`the value ${JSON.stringify(value)} does not hold ${part}`);
  const mark = locate(text, scalar, start, start + part.length);
  return { source: text.slice(mark.start, mark.end), line: text.slice(0, mark.start).split('\n').length };
}

describe('locate', () => {
  test.each([
    ['plain', 'a: one two three\n', 'two', 'two', 1],
    ['plain over lines', 'a: one\n  two\n\n  three\n', 'three', 'three', 4],
    ['single quotes', "a: 'it''s two'\n", 'two', 'two', 1],
    ['an escaped quote', "a: 'it''s'\n", "'", "''", 1],
    ['single quotes over lines', "a: 'one\n\n\n  two'\n", 'two', 'two', 4],
    ['double quotes', 'a: "\\"one\\" two"\n', 'two', 'two', 1],
    ['a hex escape', 'a: "\\x41\\u0042\\U00000043 two"\n', 'two', 'two', 1],
    ['an escape itself', 'a: "one\\ttwo"\n', '\t', '\\t', 1],
    ['an escape that is a pair', 'a: "\\U0001F600 two"\n', 'two', 'two', 1],
    ['a line break in double quotes', 'a: "one\n  two"\n', 'two', 'two', 2],
    ['an escaped line break', 'a: "one\\\n  two"\n', 'two', 'two', 2],
    ['a space kept before a line break', 'a: "one \\\n   two"\n', 'two', 'two', 2],
    ['an escaped newline before a break', 'a: "one\\n\n  two"\n', 'two', 'two', 2],
    ['literal', 'a: |\n  one\n    two\n', 'two', 'two', 3],
    ['literal with an indentation indicator', 'a: |2-\n    one\n  two\n', 'two', 'two', 3],
    ['literal with a comment in its header', 'a: | # why\n  one\n  two\n', 'two', 'two', 3],
    ['folded', 'a: >\n  one\n  two\n', 'two', 'two', 3],
    ['folded with empty lines', 'a: >-\n\n  one\n\n\n  two\n', 'two', 'two', 6],
    ['folded with deeper lines', 'a: >-\n  one\n    deeper\n  two\n', 'two', 'two', 4],
    ['folded with CRLF', 'a: >-\r\n  one\r\n  two\r\n', 'two', 'two', 3],
    ['plain over lines with CRLF', 'a: one\r\n  two\r\n', 'two', 'two', 2],
    ['after a byte-order mark', '\uFEFFa: one two\n', 'two', 'two', 1],
    ['a range over a fold', 'a: >-\n  one\n  two three\n', 'one two', 'one\n  two', 2],
  ])('%s', (_, yaml, part, source, line) => {
    expect(found(yaml, part)).toEqual({ source, line });
  });

  test('an offset after the end is after the last character', () => {
    const { text, scalar, value } = scalarOf('a: "one +"\n');
    expect(locate(text, scalar, value.length, value.length)).toEqual({ start: 9, end: 9 });
  });
});

describe('unitAt', () => {
  test.each([
    ['plain over lines', 'a: one\n  two\n\n  three\n'],
    ['single quotes', "a: 'it''s two'\n"],
    ['escapes', 'a: "\\x41\\u0042 \\U0001F600 two\\\n  three"\n'],
    ['literal', 'a: |\n  one\n    two\n'],
    ['folded', 'a: >-\n\n  one\n\n\n  two\n'],
    ['folded with CRLF', 'a: >-\r\n  one\r\n  two\r\n'],
  ])('is the inverse of `locate`: %s', (_, yaml) => {
    const { text, scalar, value } = scalarOf(yaml);
    const units = [...value.matchAll(/[^\s\uDC00-\uDFFF]/g)].map(({ index }) => index);
    expect(units.length).toBeGreaterThan(5);
    expect(units.map((unit) => unitAt(text, scalar, locate(text, scalar, unit, unit + 1).start))).toEqual(
      units,
    );
  });

  test('is the length of the value after its end', () => {
    const { text, scalar, value } = scalarOf('a: "one"\n');
    expect(unitAt(text, scalar, scalar.content.end)).toBe(value.length);
  });
});
