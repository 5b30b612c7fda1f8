import { runInNewContext } from 'node:vm';
import { narrowText } from '../support/narrow-text.ts';

test('characters outside of Latin-1 in texts, patterns and templates become escapes with the same meaning', () => {
  const code = "exports.all = ['é…😀', `μ${'→'}`, /[“”]/u.test('”'), /^😀$/u.test('😀')];";
  const narrow = narrowText('a.js', code);
  expect(narrow).toBe(
    "exports.all = ['é\\u2026\\ud83d\\ude00', `\\u03bc${'\\u2192'}`, /[\\u201c\\u201d]/u.test('\\u201d'), /^\\ud83d\\ude00$/u.test('\\ud83d\\ude00')];",
  );
  const all: unknown = runInNewContext(`${narrow} exports.all.join()`, { exports: {} });
  expect(all).toBe('é…😀,μ→,true,true');
});

test('a character that no escape can replace is an error', () => {
  expect(() => narrowText('a.js', 'const π = 3;')).toThrow('a.js has `π` outside of a text');
  expect(() => narrowText('a.js', 'String.raw`…`;')).toThrow('a.js has `…` outside of a text');
  expect(() => narrowText('a.js', 'const = 1;')).toThrow('a.js: ');
});
