import { painter } from '../../src/diagnostic/paint.ts';
import { joinLines, printable, printableJson } from '../../src/diagnostic/printable.ts';

test.each([
  ['orders.acme.svc', 'orders.acme.svc'],
  ['a\nallow 200', 'a\\nallow 200'],
  ['a\r\nb', 'a\\r\\nb'],
  ['\u001b[2J\u0007', '\\u001b[2J\\u0007'],
  ['user\u202e\u2066gnp.exe', 'user\\u202e\\u2066gnp.exe'],
  ['next\u0085line\u2028sep', 'next\\u0085line\\u2028sep'],
  ['grüße 😀 日本', 'grüße 😀 日本'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

describe('joined lines', () => {
  test('keep colours and tabs, and nothing else that a terminal obeys', () => {
    const line = '\u001b[31mdeny\u001b[39m\t\u001b[2J\u001b]0;title\u0007';
    expect(joinLines([line, 'b'])).toBe('\u001b[31mdeny\u001b[39m\t\\u001b[2J\\u001b]0;title\\u0007\nb');
  });

  test.each(['green', 'red', 'yellow', 'cyan', 'dim', 'bold'] as const)('keep the style %s', (style) => {
    const line = painter(true)(style, 'deny');
    expect(joinLines([line])).toBe(line);
  });

  test('keep no code that hides text, or that no style has', () => {
    expect(joinLines(['a\u001b[8mb\u001b[30;40mc\u001b[7;31md'])).toBe(
      'a\\u001b[8mb\\u001b[30;40mc\\u001b[7;31md',
    );
  });

  test('have as many lines as were given', () => {
    expect(joinLines(['GET https://x\nallow 200 by orders', 'deny']).split('\n')).toHaveLength(2);
  });

  test('contain no commands of a pipeline', () => {
    expect(joinLines(['::error file=a::forged', '  ::set-output name=x::y', '##[error]x', 'a ::b'])).toBe(
      '\\::error file=a::forged\n  \\::set-output name=x::y\n\\##[error]x\na ::b',
    );
  });
});

test('JSON keeps its value', () => {
  const value = { subject: 'user\u202egnp\u0085', 'a\u2066': ['\n\u001b'] };
  const text = printableJson(JSON.stringify(value));
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toMatch(/^[\u0020-\u007e]*$/);
});
