import { children, type Node } from './syntax-tree.ts';

/** Steps that one evaluation may take, in comprehensions and over long values: some ten milliseconds' worth. */
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

type Handle = (first: unknown, second: unknown, third: unknown, fourth: unknown) => unknown;

/** What the work of these grows with: the operands, and what is made of them. */
const WEIGHED: ReadonlySet<string> = new Set(['in', '==', '!=', '+', 'call', 'rcall']);

/**
 * Makes operators and functions below `root` pay steps of `budget` for long texts and lists: `x in list` inside of a
 * comprehension visits as many elements as two comprehensions do. To be called when the engine has checked the tree.
 */
export function weigh(root: Node, budget: Budget): void {
  const pay = (weight: number): void => {
    if (weight > 0 && (budget.left -= weight) < 0) throw new BudgetExhausted();
  };
  const weighed = new Set<Node>();
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    open.push(...children(node));
    const handle: unknown = Reflect.get(node, 'handle');
    if (!WEIGHED.has(node.op) || weighed.has(node) || !isHandle(handle)) continue;
    weighed.add(node);
    const isCall = node.op === 'call' || node.op === 'rcall';
    Reflect.set(node, 'handle', ((first, second, third, fourth) => {
      pay(isCall ? weightOfEach(first) : weightOf(first) + weightOf(second));
      const made = handle(first, second, third, fourth);
      pay(weightOf(made));
      return made;
    }) satisfies Handle);
  }
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'function';
}

function weightOfEach(values: unknown): number {
  let weight = 0;
  if (Array.isArray(values)) for (const value of values) weight += weightOf(value);
  return weight;
}

/** In steps: 32 characters or 16 elements are one. What is shorter costs nothing worth counting. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return value.length >> 5;
  return Array.isArray(value) ? value.length >> 4 : 0;
}
