import type { Node } from './syntax-tree.ts';

/** Steps of comprehensions that one evaluation may take: some ten milliseconds' worth. */
export const MAX_STEPS = 100_000;

/** What is left of one evaluation's steps; below zero once it is exhausted. */
export interface Budget {
  left: number;
}

/** Thrown inside an evaluation whose steps are used up. */
export class BudgetExhausted extends Error {
  override readonly name = 'BudgetExhausted';
}

/** Makes the comprehension that a macro call expanded to pay one step of `budget` for each element it visits. */
export function meter(call: Node, budget: Budget): void {
  const loop = call.meta.alternate?.args;
  if (typeof loop !== 'object' || loop === null || !('iterable' in loop)) return;
  // The engine asks before each element; an expansion without a condition of its own goes on to the end.
  const condition: unknown = Reflect.get(loop, 'condition');
  Reflect.set(loop, 'condition', (accumulator: unknown) => {
    if (--budget.left < 0) throw new BudgetExhausted();
    if (typeof condition !== 'function') return true;
    const goesOn: unknown = Reflect.apply(condition, undefined, [accumulator]);
    return goesOn;
  });
}
