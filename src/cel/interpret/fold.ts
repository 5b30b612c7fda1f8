import type { Checked } from '../check/checked.ts';
import { childrenOf, type Node } from '../syntax/tree.ts';
import { beginBudget, endBudget } from '../value/budget.ts';
import { Failure } from '../value/failure.ts';
import { interpret } from './interpret.ts';

/** Maximum steps of an evaluation of a constant expression at load time. */
const MAX_STEPS = 10_000;

/** Values of expressions that are evaluated at load time. */
export interface Folding {
  /** Value of an expression; undefined if it is only known at evaluation time. */
  valueOf(node: Node): { readonly value: unknown } | undefined;
}

/** Outcome of an expression that is the same for every request. */
type Constant =
  | { readonly value: unknown; readonly failure?: undefined }
  | { readonly failure: Failure; readonly value?: undefined };

/** Values of the expressions that read nothing of the request. */
export class Constants implements Folding {
  readonly #checked: Checked;
  readonly #free = new Map<Node, ReadonlySet<string> | undefined>();
  readonly #known = new Map<Node, Constant | undefined>();

  constructor(checked: Checked) {
    this.#checked = checked;
  }

  valueOf(node: Node): { readonly value: unknown } | undefined {
    const constant = this.#constantOf(node);
    return constant?.failure === undefined ? constant : undefined;
  }

  /** Expressions that fail for every request; of nested ones, the innermost. */
  failing(node: Node = this.#checked.root): readonly { readonly node: Node; readonly failure: Failure }[] {
    // A node without a type is not an expression, but the namespace of a function.
    if (this.#checked.types[node.id] === undefined) return [];
    const constant = this.#constantOf(node);
    if (constant !== undefined && constant.failure === undefined) return [];
    const within = childrenOf(node).flatMap((child) => this.failing(child));
    if (constant === undefined || within.length > 0) return within;
    // An expression that takes too many steps may still succeed at evaluation time.
    return constant.failure.code === 'too_many_steps' ? [] : [{ node, failure: constant.failure }];
  }

  /** Undefined if it reads the request, or a variable of an enclosing expression. */
  #constantOf(node: Node): Constant | undefined {
    if (node.kind === 'literal') return node;
    if (this.#freeIn(node)?.size !== 0) return undefined;
    if (!this.#known.has(node)) this.#known.set(node, this.#evaluate(node));
    return this.#known.get(node);
  }

  #evaluate(node: Node): Constant {
    const outer = beginBudget(MAX_STEPS);
    try {
      return { value: interpret(this.#checked, {}, { root: node }) };
    } catch (error) {
      if (error instanceof Failure) return { failure: error };
      throw error;
    } finally {
      endBudget(outer);
    }
  }

  /** Variables of enclosing comprehensions in it; undefined if it also reads the request. */
  #freeIn(node: Node): ReadonlySet<string> | undefined {
    if (!this.#free.has(node)) this.#free.set(node, this.#find(node));
    return this.#free.get(node);
  }

  #find(node: Node): ReadonlySet<string> | undefined {
    const reference = this.#checked.references[node.id];
    if (reference?.kind === 'local') return new Set([reference.name]);
    if (reference?.kind === 'variable' || node.kind === 'missing') return undefined;
    // The creation of a message with a mistake is left to the evaluation.
    if (node.kind === 'message' && reference === undefined) return undefined;
    const free = new Set<string>();
    for (const child of childrenOf(node)) {
      const within = this.#freeIn(child);
      if (within === undefined) return undefined;
      for (const name of within) if (!isBound(node, child, name)) free.add(name);
    }
    return free;
  }
}

/** True if a name in a child is a variable of the node itself. */
function isBound(node: Node, child: Node, name: string): boolean {
  switch (node.kind) {
    case 'loop':
      return child !== node.range && node.variables.some((variable) => variable === name);
    case 'bind':
      return child === node.body && node.variable === name;
    case 'optional_map':
      return child === node.body && node.variable === name;
    default:
      return false;
  }
}
