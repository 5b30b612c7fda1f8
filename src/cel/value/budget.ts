import { fail } from './failure.ts';

/**
 * Steps that one evaluation may take: one for each element that a comprehension visits, and for each stretch of text
 * or list that a function goes over. Some ten milliseconds' worth.
 */
export const MAX_STEPS = 100_000;

/**
 * INVARIANT: an evaluation runs from start to end without giving the thread away, and one that starts within it (a
 * value that is itself computed by an expression) puts the count back. So one count serves all. Outside of evaluations
 * with a budget there is no end to it: what is taken there is missing nowhere.
 */
let left = Infinity;

/** Takes `steps` off the budget of the running evaluation. Fails when they are not there. */
export function spend(steps: number): void {
  left -= steps;
  if (left < 0) fail('too_many_steps');
}

/** Starts an evaluation with a budget of its own. What it gives back is for `endBudget`. */
export function beginBudget(steps: number = MAX_STEPS): number {
  const outer = left;
  left = steps;
  return outer;
}

/** Ends the evaluation that `beginBudget` started. */
export function endBudget(outer: number): void {
  left = outer;
}

/** Characters of a text, or bytes, that a step goes over. */
export const TEXT_A_STEP = 32;

/** Elements of a list or map that a step goes over when nothing is computed for them. */
export const ELEMENTS_A_STEP = 16;

/** Pays for going over `text`. What is shorter than a stretch costs nothing worth counting. */
export function spendText(text: string): void {
  if (text.length >= TEXT_A_STEP) spend(Math.floor(text.length / TEXT_A_STEP));
}

/** Pays for going over `length` elements. */
export function spendElements(length: number): void {
  if (length >= ELEMENTS_A_STEP) spend(Math.floor(length / ELEMENTS_A_STEP));
}

/** In UTF-16 units: what a function makes of a request never grows beyond it. */
export const MAX_TEXT = 1 << 20;

/** In elements: as `MAX_TEXT`. */
export const MAX_LIST = 1 << 18;
