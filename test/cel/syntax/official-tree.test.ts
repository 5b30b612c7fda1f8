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

/** The printed tree without what it says of each node, without line breaks and indentation. */
function compact(tree: string): string {
  return tree.replaceAll(/\^#[^#]*#/g, '').replaceAll(/\n */g, '');
}

/** With doubles in one notation. */
function comparable(tree: string): string {
  return tree.replaceAll(/[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?/g, (number) => String(Number(number)));
}

/** The reference read these without its macros of two variables, which ask for two names. */
function isMisused(expr: string): boolean {
  return /\b(?:i\.j|i\.k|j\.k)\b|\(i, i,/.test(expr);
}

/** Expressions as the reference implementation reads them, by what it prints of their trees. */
const TREES = new Map(
  TESTS.flatMap(({ original: { expr }, ast }) =>
    ast === undefined || isMisused(expr) ? [] : [[expr, comparable(compact(ast))] as const],
  ),
);

// Of many signs the last belongs to the number, here as in the grammar; the reference takes it with the others.
TREES.delete(`${'-'.repeat(32)}19`);

test.each([...TREES])('%s', (expr, tree) => {
  const { root, problems } = parse(expr);
  expect(problems).toEqual([]);
  expect(comparable(officialTree(root))).toBe(tree);
  // What is printed of it reads back as the same tree.
  const again = parse(print(root));
  expect([again.problems, comparable(officialTree(again.root))]).toEqual([[], tree]);
  expect(print(again.root)).toBe(print(root));
});

test('there are many of them', () => {
  expect(TREES.size).toBeGreaterThan(2000);
});
