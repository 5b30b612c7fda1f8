import { tests as checking } from '@bufbuild/cel-spec/testdata/checking.js';
import { tests as comprehension } from '@bufbuild/cel-spec/testdata/comprehension.js';
import { tests as conformance } from '@bufbuild/cel-spec/testdata/conformance.js';
import { tests as parsing } from '@bufbuild/cel-spec/testdata/parsing.js';
import type {
  SerializedIncrementalTest,
  SerializedIncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js';
import { parse } from '../../../src/cel/syntax/parse.ts';
import { print } from '../../../src/cel/syntax/print.ts';
import { officialTree } from './official-tree.ts';

function testsIn(suite: SerializedIncrementalTestSuite): readonly SerializedIncrementalTest[] {
  return [...(suite.suites ?? []).flatMap(testsIn), ...(suite.tests ?? [])];
}

const TESTS = [parsing, checking, comprehension, conformance].flatMap(testsIn);

/** The printed tree without the annotations of its nodes, line breaks and indentation. */
function compact(tree: string): string {
  return tree.replaceAll(/\^#[^#]*#/g, '').replaceAll(/\n */g, '');
}

/** The tree with all doubles in one notation. */
function comparable(tree: string): string {
  return tree.replaceAll(/[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?/g, (number) => String(Number(number)));
}

/** The reference parsed these without its macros of two variables, which require two names. */
function isMisused(expr: string): boolean {
  return /\b(?:i\.j|i\.k|j\.k)\b|\(i, i,/.test(expr);
}

/** The reference parsed these without the macros that are in them. */
const UNEXPANDED = /\bcel\.(?:block|index|iterVar)\(|\bproto\.(?:get|has)Ext\(/;

/** Expressions with the trees that the reference implementation prints for them. */
const TREES = new Map(
  TESTS.flatMap(({ original: { expr }, ast }) =>
    ast === undefined || isMisused(expr) || UNEXPANDED.test(expr)
      ? []
      : [[expr, comparable(compact(ast))] as const],
  ),
);

// The last of several signs belongs to the number, as in the grammar; the reference groups it with the others.
TREES.delete(`${'-'.repeat(32)}19`);

test.each([...TREES])('%s', (expr, tree) => {
  const { root, problems } = parse(expr);
  expect(problems).toEqual([]);
  expect(comparable(officialTree(root))).toBe(tree);
  // The printed expression parses to the same tree.
  const again = parse(print(root));
  expect([again.problems, comparable(officialTree(again.root))]).toEqual([[], tree]);
  expect(print(again.root)).toBe(print(root));
});

const PRINTED = TESTS.map(({ original: { expr } }) => expr).filter((expr) => UNEXPANDED.test(expr));

test.each(PRINTED)('%s is printed as it was written', (expr) => {
  const { root, problems } = parse(expr);
  const text = print(root);
  const again = parse(text);
  expect([problems, again.problems]).toEqual([[], []]);
  expect(officialTree(again.root)).toBe(officialTree(root));
  if (!expr.includes('proto.'))
    expect(text.replaceAll(/\s/g, '')).toBe(expr.replaceAll('"', "'").replaceAll(/\s/g, ''));
});

test('the suite has many of them', () => {
  expect(TREES.size).toBeGreaterThan(2000);
});
