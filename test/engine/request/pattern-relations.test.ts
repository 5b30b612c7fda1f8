import { compileHost, type HostPattern, matchesHost } from '../../../src/engine/request/host.ts';
import { compilePath, matchPath, type PathPattern } from '../../../src/engine/request/path-pattern.ts';
import {
  containsHost,
  containsPath,
  hostsOverlap,
  pathsOverlap,
} from '../../../src/engine/request/pattern-relations.ts';

/** All sequences of up to `length` of these words. */
function sequences(words: readonly string[], length: number): readonly (readonly string[])[] {
  if (length === 0) return [[]];
  const shorter = sequences(words, length - 1);
  const longest = shorter.filter((each) => each.length === length - 1);
  return [...shorter, ...longest.flatMap((each) => words.map((word) => [...each, word]))];
}

function path(text: string): PathPattern {
  const { pattern, problem } = compilePath(text);
  if (pattern === undefined) throw new Error(problem);
  return pattern;
}

function host(text: string): HostPattern {
  const { pattern, problem } = compileHost(text);
  if (pattern === undefined) throw new Error(problem);
  return pattern;
}

describe('paths', () => {
  const patterns = sequences(['a', 'b', '*'], 3).flatMap((parts) => [
    path(`/${parts.join('/')}`),
    path(`/${[...parts, '**'].join('/')}`),
  ]);
  // A segment that no pattern names, and one segment more than any pattern has, represent all other paths.
  const paths = sequences(['a', 'b', 'other'], 4).map((parts) => `/${parts.join('/')}`);
  const selected = new Map(
    patterns.map((each) => [
      each,
      new Set(paths.filter((candidate) => matchPath(each, candidate) !== undefined)),
    ]),
  );

  test('a pattern contains another exactly if it matches all that the other matches', () => {
    for (const [outer, all] of selected) {
      for (const [inner, some] of selected) {
        const pair = `${outer.text} ${inner.text}`;
        expect([pair, containsPath(outer, inner)]).toEqual([pair, some.isSubsetOf(all)]);
      }
    }
  });

  test('two patterns overlap exactly if a path matches both', () => {
    for (const [a, ofA] of selected) {
      for (const [b, ofB] of selected) {
        const pair = `${a.text} ${b.text}`;
        expect([pair, pathsOverlap(a, b)]).toEqual([pair, !ofA.isDisjointFrom(ofB)]);
      }
    }
  });

  test('a `{name}` contains any segment', () => {
    expect(containsPath(path('/a/{id}'), path('/a/b'))).toBe(true);
    expect(containsPath(path('/a/{id}'), path('/a/*'))).toBe(true);
    expect(containsPath(path('/a/b'), path('/a/{id}'))).toBe(false);
  });
});

describe('hosts', () => {
  const names = sequences(['a', 'b'], 3).filter(({ length }) => length > 0);
  const patterns = [
    host('*'),
    ...names.flatMap((labels) => [host(labels.join('.')), host(`*.${labels.join('.')}`)]),
  ];
  const hosts = sequences(['a', 'b', 'other'], 4)
    .filter(({ length }) => length > 0)
    .map((labels) => labels.join('.'));
  const selected = new Map(
    patterns.map((each) => [each, new Set(hosts.filter((candidate) => matchesHost(each, candidate)))]),
  );

  test('a pattern contains another exactly if it matches all that the other matches', () => {
    for (const [outer, all] of selected) {
      for (const [inner, some] of selected) {
        const pair = `${outer.text} ${inner.text}`;
        expect([pair, containsHost(outer, inner)]).toEqual([pair, some.isSubsetOf(all)]);
      }
    }
  });

  test('two patterns overlap exactly if a host matches both', () => {
    for (const [a, ofA] of selected) {
      for (const [b, ofB] of selected) {
        const pair = `${a.text} ${b.text}`;
        expect([pair, hostsOverlap(a, b)]).toEqual([pair, !ofA.isDisjointFrom(ofB)]);
      }
    }
  });
});
