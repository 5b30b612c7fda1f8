import { readYaml, type YamlFile } from '../../../src/policy/yaml/yaml-file.ts';
import { differenceOf } from '../../../src/tools/format/same-meaning.ts';

function file(text: string): YamlFile {
  return readYaml('x.yaml', new TextEncoder().encode(text));
}

function policy(when: string): string {
  return `apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: a}\nspec: {rules: [{when: ${when}}]}\n`;
}

test.each([
  ['a value', 'a: 1', 'a: 2', 'data'],
  ['a type', 'a: 1', 'a: "1"', 'data'],
  ['nothing and empty text', 'a:', 'a: ""', 'data'],
  ['the order of keys', 'a: 1\nb: 2', 'b: 2\na: 1', 'data'],
  ['the order of items', '[1, 2]', '[2, 1]', 'data'],
  ['a level', 'a: [1]', 'a: [[1]]', 'data'],
  ['a line end in a text', 'a: |\n  x', 'a: |-\n  x', 'data'],
  ['an expression', policy('a && b'), policy('a || b'), 'data'],
  ['text that only looks like an expression', '{when: "a && b"}', '{when: "a  && b"}', 'data'],
  ['white space in an expression', policy('"a&&b"'), policy('"a && b"'), undefined],
  ['an expression that is none', policy('"a &&"'), policy('"a  &&"'), 'data'],
  ['a document', 'a: 1\n---\nb: 1', 'a: 1', 'another number of documents'],
  ['a comment left out', 'a: 1 # x', 'a: 1', 'comments'],
  ['two comments changed about', '# x\n# y\na: 1', '# y\n# x\na: 1', 'comments'],
  ['a comment elsewhere', 'a: 1 # x', '# x\na: 1', undefined],
  ['text that only looks like a comment', 'a: |\n  # x\n   y', 'a: |\n    # x\n     y', undefined],
  ['a comment beside an anchor', 'a: # x\n  &y\n  b: 1', 'a: &y # x\n  b: 1', undefined],
  ['an anchor', 'a: &x 1', 'a: &y 1', 'anchors'],
  ['an alias written out', 'a: &x 1\nb: *x', 'a: &x 1\nb: 1', 'anchors'],
  ['a mark between documents', 'a: 1\n', '---\na: 1\n', 'marks'],
  ['a text that is no YAML', 'a: 1', 'a: [1', 'no YAML'],
])('%s', (_, before, after, difference) => {
  const found = differenceOf(file(before), file(after));
  if (difference === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(difference);
});
