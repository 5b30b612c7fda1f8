import { STEPS_A_CHARACTER } from '../regex/pattern.ts';
import { ELEMENTS_A_STEP, MAX_TEXT, TEXT_A_STEP } from '../value/budget.ts';
import { isMap, sizeOfMap } from '../value/map.ts';

/** What a call costs, in steps, and how large its result can be, both by the sizes of the first three arguments. */
export interface Cost {
  /** For the reference page; `n`, `m` and `k` are the sizes of the first, the second and the third argument. */
  readonly text: string;
  readonly steps: (n: number, m: number, k: number) => number;
  /** In characters or elements. */
  readonly size: (n: number, m: number, k: number) => number;
  readonly payment: Payment;
  /** Goes over all that is within this argument besides, piece by piece. */
  readonly isDeep?: 'first' | 'second';
}

/**
 * When the steps of a call are taken off the budget: never, since they do not grow with the arguments; before it
 * begins, but only in a comprehension, since outside a program has so many calls as are written in it, each of which
 * goes over its arguments once; before it begins, always; or by the function itself while it goes.
 */
export type Payment = 'never' | 'repeated' | 'before' | 'within';

/** In characters, bytes or elements; 0 for everything else. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return isMap(value) ? sizeOfMap(value) : 0;
}

/** However large the arguments are. */
export const CONSTANT: Cost = { text: '1', steps: () => 0, size: () => 0, payment: 'never' };

/** As much for every argument, and more than a step. */
export function fixed(steps: number): Cost {
  return { text: String(steps), steps: () => steps, size: () => 0, payment: 'repeated' };
}

/** Goes over the first text, and gives one that is no longer, or a number. */
export const TEXT: Cost = {
  text: 'n/32',
  steps: (n) => Math.floor(n / TEXT_A_STEP),
  size: (n) => n,
  payment: 'repeated',
};

/** Compares with the second text. */
export const PREFIX: Cost = {
  text: 'm/32',
  steps: (_, m) => Math.floor(m / TEXT_A_STEP),
  size: () => 0,
  payment: 'repeated',
};

/** Looks for the second text in the first. */
export const SEARCH: Cost = {
  text: 'n/32 · (1 + m/32)',
  steps: (n, m) => Math.floor(n / TEXT_A_STEP) * (1 + Math.floor(m / TEXT_A_STEP)),
  size: (n) => n,
  payment: 'before',
};

/** As `SEARCH`, and makes a list. */
export const SPLIT: Cost = {
  ...SEARCH,
  text: 'n/32 · (3 + m/32)',
  steps: (n, m, k) => SEARCH.steps(n, m, k) + Math.floor((n + 1) / ELEMENTS_A_STEP),
  size: (n) => n + 1,
};

/** Looks for the second text in the first, and puts the third in its place. */
export const REPLACED: Cost = {
  text: 'n/32 · (3 + m/32) + what comes of it/32',
  steps: (n, m, k) => SPLIT.steps(n, m, k) + Math.floor(replacedSize(n, k) / TEXT_A_STEP),
  size: (n, _, k) => replacedSize(n, k),
  payment: 'within',
};

/** An empty text is found before each character, and at the end. */
function replacedSize(n: number, k: number): number {
  return Math.min(n + (n + 1) * k, MAX_TEXT);
}

/** Makes a text or list out of both arguments. */
export const JOINED: Cost = {
  text: '(n + m)/32',
  steps: (n, m) => Math.floor((n + m) / TEXT_A_STEP),
  size: (n, m) => n + m,
  payment: 'repeated',
};

/** Makes a text or list of what is in the first argument, and of the second. */
export const GATHERED: Cost = { ...JOINED, text: 'all in n · (1 + m/32)', payment: 'within' };

/** Digits of the largest double, with as many behind the point as a format can ask for. */
const MAX_DIGITS = 420;

/** Makes a text of the first argument and what is in the second. */
export const FORMATTED: Cost = {
  text: 'n/32 + all in m',
  steps: JOINED.steps,
  size: (n, m) => Math.min(n + m * MAX_DIGITS, MAX_TEXT),
  payment: 'within',
  isDeep: 'second',
};

/** Goes over the elements of the first argument. */
export const ELEMENTS: Cost = {
  text: 'n/16',
  steps: (n) => Math.floor(n / ELEMENTS_A_STEP),
  size: (n) => n,
  payment: 'repeated',
};

/**
 * Looks for elements of one argument among those of the other. Lists and maps among them, which are compared one by one,
 * cost more than is said here.
 */
export const MEMBERS: Cost = {
  text: 'n + m',
  steps: (n, m) => n + m,
  size: (n) => n,
  payment: 'within',
};

/** Compares values as deep as they are. */
export const DEEP: Cost = { text: 'n', steps: (n) => n, size: () => 0, payment: 'within' };

/** Puts the elements of the first argument in order, or among each other. */
export const SORTED: Cost = {
  text: 'n · log n',
  steps: (n) => Math.ceil(n * Math.log2(n + 1)),
  size: (n) => n,
  payment: 'within',
};

/** Runs a pattern over a text once. */
export const MATCHED: Cost = {
  text: 'n/32 to n · (1/2 + m/64)',
  steps: (n, m) => stepsOfSearch(n, m) + m * STEPS_A_CHARACTER * 2,
  size: (n) => n,
  payment: 'within',
};

/** Of a pattern that makes two instructions of each character. */
function stepsOfSearch(n: number, m: number): number {
  return Math.ceil(n * (0.5 + m / 32));
}

/** As `MATCHED`, for each match what is behind it, and what is done with it. */
export const MATCHED_ALL: Cost = {
  text: 'n · (8 + m/64), or for each match',
  steps: (n, m, k) => MATCHED.steps(n, m, k) + matchesIn(n) * stepsOfSearch(n, m) + stepsOfPieces(n),
  size: REPLACED.size,
  payment: 'within',
};

/** As many matches as there can be in a text of `n` characters: one before each character, and one at the end. */
export function matchesIn(n: number): number {
  return n + 1;
}

/** What making something of each takes: what is between them, and what comes in their place. */
export function stepsOfPieces(n: number): number {
  return 3 * matchesIn(n) + 1;
}
