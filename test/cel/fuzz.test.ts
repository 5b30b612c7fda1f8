import { compile } from '../../src/cel/compile.ts';
import { EvaluationError } from '../../src/cel/program.ts';
import { activation, environment } from './names.ts';

/** A small generator with a seed, so that a failure repeats. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SEEDS = [
  "request.method == 'GET' && request.size > 1 || has(jwt.claims.a)",
  "jwt.scopes.exists(s, s.startsWith('a'))",
  'request.body.items.map(i, i.n)',
  "reqest.method == 'GET' && has(request.nope)",
  "(request.path) // why\n .startsWith('/') ? 'é😀'.size() : -1",
  "request.headers[?'x'].orValue('') == 'a' && jwt.claims.all(k, k.matches('^a+$'))",
  "cel.bind(t, {'a': [1, 2u, 1.5, b'x', null]}, t.a[0] == 1 ? duration('1h') : now - timestamp('2026-01-01T00:00:00Z'))",
];
const PIECES = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '.',
  '?',
  ':',
  ',',
  '!',
  '-',
  '"',
  "'",
  '\\',
  '\u0000',
  '\ud800',
  '😀',
  '//',
  '\n',
  'in',
  '0',
  '9e999',
  '__proto__',
  'constructor',
  'toString',
  'has(',
  '.map(x, ',
  'cel.bind(',
  'optional',
  'matches(',
  '0matches(',
];

test('2,000 random and mutated expressions never throw, and their problems lie within them', () => {
  const next = random(20261123);
  let compiled = 0;
  for (let i = 0; i < 2000; i++) {
    let source = '';
    if (i % 2 === 0) {
      const bytes = Uint8Array.from({ length: next(40) }, () => next(256));
      source = Buffer.from(bytes).toString(i % 4 === 0 ? 'latin1' : 'utf8');
    } else {
      source = SEEDS[next(SEEDS.length)] ?? '';
      for (let edits = next(4); edits > 0; edits--) {
        const at = next(source.length + 1);
        const piece = next(3) === 0 ? '' : (PIECES[next(PIECES.length)] ?? '');
        source = source.slice(0, at) + piece + source.slice(at + next(4));
      }
    }
    const { program, problems = [] } = compile(source, environment, { result: ['dyn'], allowOptional: true });
    for (const { start, end, message } of problems) {
      expect([source, start >= 0 && start <= end && end <= source.length]).toEqual([source, true]);
      expect(message).not.toBe('');
    }
    if (program === undefined) {
      expect(problems.length).toBeGreaterThan(0);
      continue;
    }
    compiled++;
    const value = program.evaluate(activation);
    expect(value instanceof Error && !(value instanceof EvaluationError)).toBe(false);
  }
  expect(compiled).toBeGreaterThan(50);
});
