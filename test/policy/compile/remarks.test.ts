import { Lines } from '../../../src/diagnostic/lines.ts';
import { remarksOf } from '../../../src/policy/compile/remarks.ts';
import { yamlComments } from '../../../src/policy/yaml/yaml-comments.ts';

const TEXT = `# top
a: 1 # after a value
b: "# in quotes" # after quotes
c: | # after a header
  # in a block
  text # in it
d: plain#no comment
e: 'it''s # in'
f:
  - x # after an item
  # alone, indented
---
g: {h: [1, # in flow
  2]}
`;

test('comments are found, and text that only looks like a comment is not', () => {
  expect(yamlComments(TEXT).map(({ start, end }) => TEXT.slice(start, end))).toEqual([
    '# top',
    '# after a value',
    '# after quotes',
    '# after a header',
    '# after an item',
    '# alone, indented',
    '# in flow',
  ]);
});

test.each(['', '# \uD800', 'a: "', '\t- [', '%\n---\n...\n# x'])('any text is accepted: %j', (text) => {
  expect(yamlComments(text).every(({ start }) => text[start] === '#')).toBe(true);
});

test('a remark is about its line, or about the next line if it is alone on its line', () => {
  const lines = new Lines(`\uFEFFa: 1 # word: one
# word:   two # and more

b: 2
# word
# words: no
# other word: no
c: "# word: no"
d: 3 # word:
`);
  expect(remarksOf(lines, 'word')).toEqual([
    { line: 1, about: 1, reason: 'one' },
    { line: 2, about: 4, reason: 'two # and more' },
    { line: 5, about: 8, reason: '' },
    { line: 9, about: 9, reason: '' },
  ]);
});
