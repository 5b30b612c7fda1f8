import { STEPS_A_CHARACTER } from '../regex/pattern.ts';
import { ELEMENTS_A_STEP, MAX_TEXT, TEXT_A_STEP } from '../value/budget.ts';
import { isMap, sizeOfMap } from '../value/map.ts';

/** Cost of a call in steps, and maximum size of its result, by the sizes of the first three arguments. */
export interface Cost {
  /** Formula on the reference page; `n`, `m` and `k` are the sizes of the first, second and third argument. */
  readonly text: string;
  readonly steps: (n: number, m: number, k: number) => number;
  /** In characters or elements. */
  readonly size: (n: number, m: number, k: number) => number;
  readonly payment: Payment;
  /** Argument with nested values, which are visited one by one in addition. */
  readonly isDeep?: 'first' | 'second';
}

/**
 * Time at which the steps of a call are paid. `never`: they do not grow with the arguments. `repeated`: before the
 * call, but only in a comprehension; elsewhere the number of calls is that in the source, and each reads its
 * arguments once. `before`: always before the call. `within`: by the function itself, as it proceeds.
 */
type Payment = 'never' | 'repeated' | 'before' | 'within';

/** Size in characters, bytes or elements; 0 for every other value. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return isMap(value) ? sizeOfMap(value) : 0;
}

/** Independent of the size of the arguments. */
export const CONSTANT: Cost = { text: '1', steps: () => 0, size: () => 0, payment: 'never' };

/** Independent of the size of the arguments, but more than one step. */
export function fixed(steps: number): Cost {
  return { text: String(steps), steps: () => steps, size: () => 0, payment: 'repeated' };
}

/** Reads the first string; the result is a number, or a string that is not longer. */
export const TEXT: Cost = {
  text: 'n/32',
  steps: (n) => Math.floor(n / TEXT_A_STEP),
  size: (n) => n,
  payment: 'repeated',
};

/** Reads the bytes several times; the result is short. */
export const DIGEST: Cost = {
  text: 'n/4',
  steps: (n) => Math.floor(n / 4),
  size: () => 32,
  payment: 'before',
};

/** As `DIGEST`, of two arguments. */
export const KEYED_DIGEST: Cost = {
  text: '(n + m)/4',
  steps: (n, m) => Math.floor((n + m) / 4),
  size: () => 32,
  payment: 'before',
};

/** Reads both arguments to their ends. */
export const SECRET: Cost = {
  text: '(n + m)/32',
  steps: (n, m) => Math.floor((n + m) / TEXT_A_STEP),
  size: () => 0,
  payment: 'repeated',
};

/** Creates a string from all values in the first argument. */
export const WRITTEN: Cost = {
  text: 'all in n',
  steps: () => 0,
  size: () => MAX_TEXT,
  payment: 'within',
  isDeep: 'first',
};

/** Compares with the second string. */
export const PREFIX: Cost = {
  text: 'm/32',
  steps: (_, m) => Math.floor(m / TEXT_A_STEP),
  size: () => 0,
  payment: 'repeated',
};

/** Searches the first string for the second. */
export const SEARCH: Cost = {
  text: 'n/32 · (1 + m/32)',
  steps: (n, m) => Math.floor(n / TEXT_A_STEP) * (1 + Math.floor(m / TEXT_A_STEP)),
  size: (n) => n,
  payment: 'before',
};

/** As `SEARCH`, and creates a list. */
export const SPLIT: Cost = {
  ...SEARCH,
  text: 'n/32 · (3 + m/32)',
  steps: (n, m, k) => SEARCH.steps(n, m, k) + Math.floor((n + 1) / ELEMENTS_A_STEP),
  size: (n) => n + 1,
};

/** Searches the first string for the second, and replaces it by the third. */
export const REPLACED: Cost = {
  text: 'n/32 · (3 + m/32) + size of the result/32',
  steps: (n, m, k) => SPLIT.steps(n, m, k) + Math.floor(replacedSize(n, k) / TEXT_A_STEP),
  size: (n, _, k) => replacedSize(n, k),
  payment: 'within',
};

/** An empty string is found before each character, and at the end. */
function replacedSize(n: number, k: number): number {
  return Math.min(n + (n + 1) * k, MAX_TEXT);
}

/** Creates a string or list from both arguments. */
export const JOINED: Cost = {
  text: '(n + m)/32',
  steps: (n, m) => Math.floor((n + m) / TEXT_A_STEP),
  size: (n, m) => n + m,
  payment: 'repeated',
};

/** Creates a string or list from the content of the first argument, and from the second. */
export const GATHERED: Cost = { ...JOINED, text: 'all in n · (1 + m/32)', payment: 'within' };

/** Digits of the largest double, with the maximum number of digits after the decimal point of a format. */
const MAX_DIGITS = 420;

/** Creates a string from the first argument and the content of the second. */
export const FORMATTED: Cost = {
  text: 'n/32 + all in m',
  steps: JOINED.steps,
  size: (n, m) => Math.min(n + m * MAX_DIGITS, MAX_TEXT),
  payment: 'within',
  isDeep: 'second',
};

/** Steps of reading one CIDR block. */
export const STEPS_A_BLOCK = 8;

/** Reads the blocks of the first argument, unless they were read when the policies were loaded. */
export const BLOCKS: Cost = {
  text: '8 · n',
  steps: (n) => STEPS_A_BLOCK * n,
  size: () => 0,
  payment: 'within',
};

/** Visits the elements of the first argument. */
export const ELEMENTS: Cost = {
  text: 'n/16',
  steps: (n) => Math.floor(n / ELEMENTS_A_STEP),
  size: (n) => n,
  payment: 'repeated',
};

/**
 * Searches one argument for the elements of the other. Elements that are lists or maps are compared one by one, which
 * costs more than stated here.
 */
export const MEMBERS: Cost = {
  text: 'n + m',
  steps: (n, m) => n + m,
  size: (n) => n,
  payment: 'within',
};

/** Compares values including all nested ones. */
export const DEEP: Cost = { text: 'n', steps: (n) => n, size: () => 0, payment: 'within' };

/** Sorts the elements of the first argument. */
export const SORTED: Cost = {
  text: 'n · log n',
  steps: (n) => Math.ceil(n * Math.log2(n + 1)),
  size: (n) => n,
  payment: 'within',
};

/** Runs a pattern over a string once. */
export const MATCHED: Cost = {
  text: 'n/32 to n · (1/2 + m/64)',
  steps: (n, m) => stepsOfSearch(n, m) + m * STEPS_A_CHARACTER * 2,
  size: (n) => n,
  payment: 'within',
};

/** Steps of a search with a pattern that has two instructions for each character. */
function stepsOfSearch(n: number, m: number): number {
  return Math.ceil(n * (0.5 + m / 32));
}

/** As `MATCHED`; for each match, reads the characters after it again, and processes the match. */
export const MATCHED_ALL: Cost = {
  text: 'n · (8 + m/64), or for each match',
  steps: (n, m, k) => MATCHED.steps(n, m, k) + matchesIn(n) * stepsOfSearch(n, m) + stepsOfPieces(n),
  size: REPLACED.size,
  payment: 'within',
};

/** Maximum number of matches in a string of `n` characters: one before each character, and one at the end. */
export function matchesIn(n: number): number {
  return n + 1;
}

/** Maximum steps of processing all matches: the pieces between them, and the results or replacements. */
export function stepsOfPieces(n: number): number {
  return 3 * matchesIn(n) + 1;
}
