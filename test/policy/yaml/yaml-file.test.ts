import { plainJson } from '../../../src/policy/yaml/tree.ts';
import { readYaml } from '../../../src/policy/yaml/yaml-file.ts';

function parsed(text: string): { readonly values: readonly unknown[]; readonly codes: readonly string[] } {
  const { documents, mistakes } = readYaml('a.yaml', new TextEncoder().encode(text));
  return {
    values: documents.map(({ tree }) => tree && plainJson(tree)),
    codes: mistakes.map(({ code }) => code),
  };
}

describe('readYaml', () => {
  test.each<[string, string, readonly unknown[]]>([
    ['nothing', '', []],
    ['comments only', '# a\n\n# b\n', []],
    ['empty documents are skipped', '---\n---\na: 1\n---\n# c\n', [{ a: 1 }]],
    ['several documents', 'a: 1\n---\nb: 2\n...\n---\nc: 3\n', [{ a: 1 }, { b: 2 }, { c: 3 }]],
    ['a byte-order mark and CRLF', '\uFEFFa: 1\r\nb:\r\n  - x\r\n', [{ a: 1, b: ['x'] }]],
    [
      'YAML 1.2 words',
      'a: yes\nb: on\nc: 0o17\nd: 1_000\ne: ~\n',
      [{ a: 'yes', b: 'on', c: 15, d: '1_000', e: null }],
    ],
    ['an alias', 'a: &x [1]\nb: *x\n', [{ a: [1], b: [1] }]],
    ['an anchor named again', 'a: &x 1\nb: *x\nc: &x 2\nd: *x\n', [{ a: 1, b: 1, c: 2, d: 2 }]],
    ['a merge key', 'a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n', [{ a: { p: 1, q: 2 }, b: { q: 3, p: 1 } }]],
    [
      'a merge key after a key that it does not overwrite',
      'a: &x {p: 1}\nb: {p: 2, <<: *x}\n',
      [{ a: { p: 1 }, b: { p: 2 } }],
    ],
    [
      'the first of merged mappings wins',
      'a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y]}\n',
      [{ a: { p: 1 }, b: { p: 2, q: 2 }, c: { p: 1, q: 2 } }],
    ],
    ['a quoted merge key is a key', 'a: {"<<": 1}\n', [{ a: { '<<': 1 } }]],
    ['core tags', 'a: !!str 1\nb: !!int "2"\n', [{ a: '1', b: 2 }]],
    ['JSON', '{"a": [1, "b", null, true]}', [{ a: [1, 'b', null, true] }]],
  ])('%s', (_, text, values) => {
    expect(parsed(text)).toEqual({ values, codes: [] });
  });

  test.each<[string, string, readonly string[]]>([
    ['a duplicate key', 'a: 1\na: 2\n', ['yaml_duplicate_key']],
    ['a duplicate key in quotes', 'a: 1\n"a": 2\n', ['yaml_duplicate_key']],
    ['a duplicate key deep down', 'a: [{b: 1, b: 2}]\n', ['yaml_duplicate_key']],
    ['a custom tag', 'a: !x 1\n', ['yaml_tag']],
    [
      'a tag that makes another type',
      'a: !!binary aGk=\nb: !!timestamp 2026-01-01\n',
      ['yaml_tag', 'yaml_tag'],
    ],
    ['a key that is not text', '{[a]: 1}\n', ['wrong_type']],
    ['a hundred and one aliases', `a: &x 1\nb: [${'*x, '.repeat(101)}]\n`, ['yaml_alias']],
    ['an alias in its own value', 'a: &x [*x]\n', ['yaml_alias']],
    ['an unknown alias', 'a: *x\n', ['yaml_alias']],
    ['a merge of text', 'a: {<<: text}\n', ['wrong_type']],
    ['deep nesting', `a: ${'['.repeat(101)}${']'.repeat(101)}`, ['yaml_syntax']],
  ])('refuses %s', (_, text, codes) => {
    expect(parsed(text).codes).toEqual(codes);
  });

  test('a hundred aliases are fine', () => {
    expect(parsed(`a: &x 1\nb: [${'*x, '.repeat(100)}]\n`).codes).toEqual([]);
  });

  test('aliases of aliases do not grow without bound', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level++)
      lines.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(10)}]`);
    const { mistakes } = readYaml('a.yaml', new TextEncoder().encode(`${lines.join('\n')}\n`));
    expect(mistakes.map(({ code, message }) => `${code} ${message}`)).toContain(
      'yaml_alias with its aliases resolved, this has more than 250000 values',
    );
  });

  test.each([
    '['.repeat(100_000),
    '{a: '.repeat(50_000),
    '- '.repeat(50_000),
    '? '.repeat(20_000),
    "a: 'x",
    '\u0000',
    '&a *a',
    '%YAML 9',
  ])('never throws (%#)', (text) => {
    expect(() => readYaml('a.yaml', new TextEncoder().encode(text))).not.toThrow();
  });

  test('one missing or extra character causes at most one syntax mistake', () => {
    const text = [
      'spec:',
      '  rules:',
      '    - {name: "a", paths: [/b, "/{c}"]}',
      "    - name: 'd'",
      '      when: "x"',
      '      e: [f]',
      '',
    ].join('\n');
    const counts = new Map<number, number>();
    for (let at = 0; at <= text.length; at++) {
      for (const put of ['', ...'"\'[]{},:#&*!|> \t\n-x']) {
        const changed = text.slice(0, at) + put + text.slice(put === '' ? at + 1 : at);
        const shown = parsed(changed).codes.filter((code) => code === 'yaml_syntax').length;
        counts.set(shown, (counts.get(shown) ?? 0) + 1);
      }
    }
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual([0, 1]);
  });

  test('`__proto__` and `constructor` are plain keys', () => {
    const { documents } = readYaml('a.yaml', new TextEncoder().encode('__proto__: {a: 1}\nconstructor: 2\n'));
    const tree = documents[0]?.tree;
    const value = tree === undefined ? null : plainJson(tree);
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});
