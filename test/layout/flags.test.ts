import { readdirSync, readFileSync } from 'node:fs';
import { FILE_FLAGS } from '../../src/cli/serve/flags.ts';
import { VERBS } from '../../src/cli/verbs.ts';
import { type Flags, memberOf } from '../../src/flag/flag.ts';
import { readFlags } from '../../src/flag/read-flags.ts';
import { SETTINGS } from '../../src/sidecar/server/settings.ts';
import { ROOT } from '../support/tools.ts';
import { membersRead } from './flag-reads.ts';
import { sources } from './sources.ts';

/** Tables of flags, each with the type of its values; `serve` has two, since its settings come from a file as well. */
const TABLES: readonly (readonly [string, Flags])[] = [
  ['Configuration', SETTINGS],
  ['ServeOptions', FILE_FLAGS],
  ...VERBS.filter(({ name }) => name !== 'serve').map(
    ({ name, flags }) => [`${name.charAt(0).toUpperCase()}${name.slice(1)}Options`, flags] as const,
  ),
];

/** Flags that nothing reads although they do not say so, and flags that are read although they say they are not. */
function misread(flags: Flags, type: string, files: Iterable<readonly [string, string]>): readonly string[] {
  const read = membersRead(files, type);
  return Object.entries(flags).flatMap(([name, { unread }]) =>
    read.has(memberOf(name)) === (unread === undefined) ? [] : [name],
  );
}

/** Tests of verbs and settings, without those of the tables themselves. */
const TESTS = readdirSync(new URL('test', ROOT), { recursive: true, encoding: 'utf8' })
  .filter((path) => /^(?:cli|e2e|flag|sidecar|tools)\/.*\.ts$/.test(path))
  .map((path) => readFileSync(new URL(`test/${path}`, ROOT), 'utf8'))
  .join('\n');

/** True if a test gives the flag, or the value that is read from it. */
function isTested(name: string): boolean {
  return [`--${name}`, `'${name}'`, `${memberOf(name)}:`].some((written) => TESTS.includes(written));
}

describe('every flag of the tables', () => {
  test.each(TABLES)('%s is read', (type, flags) => {
    expect(misread(flags, type, sources())).toEqual([]);
  });

  test.each(TABLES)('%s has a valid default', (_, flags) => {
    const optional = Object.entries(flags).filter(([, flag]) => !('required' in flag));
    expect(readFlags(Object.fromEntries(optional), []).problems).toBeUndefined();
  });

  test.each(TABLES)('%s conflicts only with flags of its table', (_, flags) => {
    const named = Object.values(flags).flatMap(({ conflicts = [] }) => conflicts);
    expect(named.filter((name) => !Object.hasOwn(flags, name))).toEqual([]);
  });

  test.each(TABLES)('%s is named by a test', (_, flags) => {
    const used = Object.entries(flags).filter(([, { unread }]) => unread === undefined);
    expect(used.flatMap(([name]) => (isTested(name) ? [] : [name]))).toEqual([]);
  });

  test('is found to be unread when it is added by hand to the real tables', () => {
    const doc = 'a flag that nothing reads';
    for (const [type, flags] of TABLES) {
      expect(misread({ ...flags, 'made-up': { doc } }, type, sources())).toEqual(['made-up']);
    }
  });
});

test.each<readonly [string, string]>([
  ['a member of a parameter', 'function f(options: O) { return options.a; }'],
  ['a parameter taken apart', 'function f({ a }: O) { return a; }'],
  ['a part of the type taken apart', "function f({ a: b = 1 }: Pick<O, 'a'>) { return b; }"],
  ['a variable taken apart', 'function f(options: O) { const { a } = options; return a; }'],
  ['a private member', 'class C { readonly #options: O; f() { return this.#options.a; } }'],
  [
    'a member of another object',
    'interface P { readonly options: O } function f(p: P) { return p.options.a; }',
  ],
])('%s is read', (_, text) => {
  expect([...membersRead([['a.ts', text]], 'O')]).toContain('a');
});

test.each<readonly [string, string]>([
  ['a member of another type', 'function f(other: P, options: O) { return [other.a, options.b]; }'],
  ['a member that is only named', 'const a = 1; function f(options: O) { return a; }'],
])('%s is not read', (_, text) => {
  expect([...membersRead([['a.ts', text]], 'O')]).not.toContain('a');
});
