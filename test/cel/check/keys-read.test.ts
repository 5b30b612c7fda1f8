import { createEnvironment } from '../../../src/cel/check/environment.ts';
import { compile } from '../../../src/cel/compile.ts';

const ENVIRONMENT = createEnvironment({
  'r.h': { type: 'map(string, string)' },
  'r.other': { type: 'map(string, string)' },
  'r.name': { type: 'string' },
});

/** The keys of `r.h` that an expression reads, as one text. */
function keysOf(source: string): string {
  const { program, problems } = compile(source, ENVIRONMENT, { result: ['dyn'], allowOptional: true });
  if (program === undefined) throw new Error(problems.map(({ message }) => message).join('; '));
  const keys = program.keys.get('r.h');
  if (keys === undefined) return 'nothing';
  const values = [...keys.values].map((key) => `value ${key}`);
  const presence = [...keys.presence].map((key) => `presence ${key}`);
  return [...values, ...presence, ...(keys.isOpen ? ['open'] : [])].join(', ');
}

test.each([
  ["r.h['a'] == 'b'", 'value a'],
  ['r.h.a', 'value a'],
  ["r.h[?'a'].orValue('')", 'value a'],
  ["r.h.?a.orValue('')", 'value a'],
  ["r.?h[?'a']", 'value a'],
  ["r['h']['a']", 'value a'],
  [".r.h['a']", 'value a'],
  ["r.h['x-' + 'a']", 'value x-a'],
  ["'a' in r.h", 'presence a'],
  ["('a' + 'b') in r.h", 'presence ab'],
  ['has(r.h.a)', 'presence a'],
  ["has(r.h.a) && r.h.a == 'b'", 'value a, presence a'],
  ["r.h[?'a'].optMap(v, v + 'b')", 'value a'],
  ["r.h['a'] == r.h['b']", 'value a, value b'],
  ['r.h[r.name]', 'open'],
  ["r.h[r.h['a']]", 'value a, open'],
  ['r.name in r.h', 'nothing'],
  ["r.h.all(k, r.h[k] != 'a')", 'open'],
  ["r.h.all(k, v, v != 'a')", 'open'],
  ["r.h.all(k, k != 'a')", 'nothing'],
  ["r.h.exists(k, k.startsWith('a')) && r.h['b'] == ''", 'value b'],
  ['size(r.h) + r.h.size()', 'nothing'],
  ['has(r.h)', 'nothing'],
  ["cel.bind(h, r.h, h['a'])", 'open'],
  ["(r.name == '' ? r.h : r.other)['a']", 'open'],
  ['r.h == r.other', 'open'],
  ['dyn(r.h).a', 'open'],
  ["r.other['a']", 'nothing'],
  ["['h'].exists(r, r == 'h')", 'nothing'],
])('`%s` reads %s', (source, expected) => {
  expect(keysOf(source)).toBe(expected);
});
