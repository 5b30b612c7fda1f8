import { command, wrap } from './page.ts';

test.each([
  ['', 10, ['']],
  ['one', 10, ['one']],
  ['one two three', 8, ['one two', 'three']],
  ['a-word-that-is-longer than that', 8, ['a-word-that-is-longer', 'than', 'that']],
])('wraps %j at %i', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});

test.each([
  [['curl', '-K a'], 20, ['curl -K a']],
  [['curl', '-K aaaa', 'https://b'], 14, ['curl -K aaaa \\', '  https://b']],
])('continues the command %j at %i', (words, width, lines) => {
  expect(command(words, width)).toEqual(lines);
});
