import { fail } from './failure.ts';

/**
 * Maximum steps of one evaluation, about ten milliseconds. A step is an element that a comprehension visits, or a
 * piece of a string or list that a function reads (`TEXT_A_STEP`, `ELEMENTS_A_STEP`).
 */
export const MAX_STEPS = 100_000;

/**
 * Steps left to the running evaluation; unlimited outside of evaluations with a budget. INVARIANT: an evaluation
 * never yields the thread, and a nested one (of a variable that is computed by an expression) restores the count when
 * it ends, so one counter serves all evaluations.
 */
let left = Infinity;

/** Takes `steps` off the budget of the running evaluation. Fails with `too_many_steps` if fewer are left. */
export function spend(steps: number): void {
  left -= steps;
  if (left < 0) fail('too_many_steps');
}

/** Starts an evaluation with a budget of its own. Returns the outer budget, the argument of `endBudget`. */
export function beginBudget(steps: number = MAX_STEPS): number {
  const outer = left;
  left = steps;
  return outer;
}

/** Ends the evaluation that `beginBudget` started. */
export function endBudget(outer: number): void {
  left = outer;
}

/** Characters of a string, or bytes, that one step covers. */
export const TEXT_A_STEP = 32;

/** Elements of a list or map that one step covers if nothing is computed for them. */
export const ELEMENTS_A_STEP = 16;

/** Pays for reading `text`. Fewer than `TEXT_A_STEP` characters are free. */
export function spendText(text: string): void {
  if (text.length >= TEXT_A_STEP) spend(Math.floor(text.length / TEXT_A_STEP));
}

/** Pays for reading `length` elements. Fewer than `ELEMENTS_A_STEP` are free. */
export function spendElements(length: number): void {
  if (length >= ELEMENTS_A_STEP) spend(Math.floor(length / ELEMENTS_A_STEP));
}

/** Maximum length of a string (in UTF-16 units) or of bytes that a function creates. */
export const MAX_TEXT = 1 << 20;

/** Maximum length of a list that a function creates. */
export const MAX_LIST = 1 << 18;
