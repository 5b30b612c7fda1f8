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
  ['null and an empty string', 'a:', 'a: ""', 'data'],
  ['the order of keys', 'a: 1\nb: 2', 'b: 2\na: 1', 'data'],
  ['the order of items', '[1, 2]', '[2, 1]', 'data'],
  ['a nesting level', 'a: [1]', 'a: [[1]]', 'data'],
  ['a line end in a text', 'a: |\n  x', 'a: |-\n  x', 'data'],
  ['an expression', policy('a && b'), policy('a || b'), 'data'],
  ['text that only looks like an expression', '{when: "a && b"}', '{when: "a  && b"}', 'data'],
  ['white space in an expression', policy('"a&&b"'), policy('"a && b"'), undefined],
  ['an invalid expression', policy('"a &&"'), policy('"a  &&"'), 'data'],
  ['a document', 'a: 1\n---\nb: 1', 'a: 1', 'number of documents'],
  ['a removed comment', 'a: 1 # x', 'a: 1', 'comments'],
  ['two comments in another order', '# x\n# y\na: 1', '# y\n# x\na: 1', 'comments'],
  ['a moved comment', 'a: 1 # x', '# x\na: 1', undefined],
  ['text that only looks like a comment', 'a: |\n  # x\n   y', 'a: |\n    # x\n     y', undefined],
  ['a comment moved after an anchor', 'a: # x\n  &y\n  b: 1', 'a: &y # x\n  b: 1', undefined],
  ['an anchor', 'a: &x 1', 'a: &y 1', 'anchors'],
  ['an expanded alias', 'a: &x 1\nb: *x', 'a: &x 1\nb: 1', 'anchors'],
  ['a document marker', 'a: 1\n', '---\na: 1\n', 'markers'],
  ['invalid YAML', 'a: 1', 'a: [1', 'not be valid YAML'],
])('%s', (_, before, after, difference) => {
  const found = differenceOf(file(before), file(after));
  if (difference === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(difference);
});
