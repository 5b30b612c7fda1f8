import { type Checked, functionOf, typeOf, type VariableReference } from '../check/checked.ts';
import type { Prepared } from '../check/literals.ts';
import type { Overload } from '../library/function.ts';
import { sortBy } from '../library/lists.ts';
import { index, indexOptional } from '../library/operators.ts';
import type { CallNode, LoopNode, Node } from '../syntax/tree.ts';
import { Optional } from '../value/boxed.ts';
import { spend } from '../value/budget.ts';
import { absorb, Failure, fail, throwFailure } from '../value/failure.ts';
import { MapBuilder } from '../value/map.ts';
import { candidatesOf, dispatcher, runFor, sizesOf } from './dispatch.ts';
import { readerOf } from './load.ts';
import type { Activation } from './program.ts';
import {
  addEntries,
  condition,
  elementsOf,
  hasField,
  isLazy,
  keysOfRange,
  logical,
  optionalEntry,
  select,
  selectOptional,
  valueAt,
  writtenKey,
} from './semantics.ts';

/** Receives the outcome of every evaluated expression, each time that it has a value or failed. */
type Observe = (node: Node, outcome: unknown) => void;

/**
 * Evaluates a checked tree by walking it: the reference for compiled expressions, and the source of the values of
 * subexpressions. Throws a `Failure`. The evaluation of a part that the checker rejected fails.
 */
export function interpret(
  checked: Checked,
  activation: Activation,
  { observe, prepared = new Map(), root = checked.root }: Options = {},
): unknown {
  return new Interpreter(checked, activation, observe, prepared).evaluate(root, undefined);
}

interface Options {
  readonly observe?: Observe;
  /** Arguments that were parsed at load time; all others are parsed each time. */
  readonly prepared?: Prepared;
  /** Subexpression to evaluate; by default the whole tree. */
  readonly root?: Node | undefined;
}

/** Variables of comprehensions and bindings. A binding that failed fails where it is used. */
interface Scope {
  readonly name: string;
  readonly value: unknown;
  readonly outer: Scope | undefined;
}

class Interpreter {
  readonly #checked: Checked;
  readonly #activation: Activation;
  readonly #observe: Observe | undefined;
  readonly #prepared: Prepared;
  /** Number of enclosing comprehensions. */
  #loops = 0;

  constructor(checked: Checked, activation: Activation, observe: Observe | undefined, prepared: Prepared) {
    this.#checked = checked;
    this.#activation = activation;
    this.#observe = observe;
    this.#prepared = prepared;
  }

  evaluate(node: Node, scope: Scope | undefined): unknown {
    if (this.#observe === undefined) return this.#valueOf(node, scope);
    try {
      const value = this.#valueOf(node, scope);
      this.#observe(node, value);
      return value;
    } catch (error) {
      if (error instanceof Failure) this.#observe(node, error);
      throw error;
    }
  }

  #valueOf(node: Node, scope: Scope | undefined): unknown {
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'name':
        return this.#name(node, scope);
      case 'select': {
        const reference = this.#checked.references[node.id];
        // A type or an enum value with a dotted name has the form of field accesses.
        if (reference?.kind === 'type' || reference?.kind === 'constant') return reference.value;
        if (reference?.kind === 'variable')
          return node.isOptional ? this.#maybe(reference) : this.#read(reference);
        const operand = this.evaluate(node.operand, scope);
        return node.isOptional ? selectOptional(operand, node.field) : select(operand, node.field);
      }
      case 'has': {
        const declared = this.#declared(node);
        if (declared !== undefined) return readerOf(declared.path, declared.type).has(this.#activation);
        return hasField(this.evaluate(node.operand, scope), node.field);
      }
      case 'index':
        return this.#index(node, scope);
      case 'call':
        return this.#call(node, scope);
      case 'operator': {
        const operands = node.operands.map((operand) => this.evaluate(operand, scope));
        const reference = functionOf(this.#checked, node);
        if (reference === undefined) return fail('unknown_function');
        const candidates = candidatesOf(reference, false, operands.length);
        return dispatcher(
          reference.declaration.name,
          this.#forms(node, node.operands, candidates),
        )(...operands);
      }
      case 'logic':
        return decide(node.operands, node.operator === '||', (operand) =>
          logical(this.evaluate(operand, scope)),
        );
      case 'condition': {
        const test = condition(this.evaluate(node.test, scope));
        return this.evaluate(test ? node.yes : node.no, scope);
      }
      case 'list':
        return node.elements.flatMap(({ value, isOptional }) => {
          const element = this.evaluate(value, scope);
          if (!isOptional) return [element];
          const entry = optionalEntry(element);
          return entry === undefined ? [] : [entry];
        });
      case 'map': {
        const map = new MapBuilder();
        for (const { key, value, isOptional } of node.entries) {
          const name = this.evaluate(key, scope);
          const element = this.evaluate(value, scope);
          const entry = isOptional ? optionalEntry(element) : element;
          if (entry !== undefined) map.add(name, entry);
        }
        return map.build();
      }
      case 'loop':
        return this.#loop(node, scope);
      case 'bind': {
        const value = this.#attempt(() => this.evaluate(node.value, scope));
        return this.evaluate(node.body, { name: node.variable, value, outer: scope });
      }
      case 'optional_map': {
        const operand = this.evaluate(node.operand, scope);
        if (!(operand instanceof Optional)) return fail('no_optional');
        if (operand.value === undefined) return operand;
        const body = this.evaluate(node.body, { name: node.variable, value: operand.value, outer: scope });
        if (!node.isFlat) return new Optional(body);
        return body instanceof Optional ? body : fail('no_optional');
      }
      case 'message': {
        const reference = this.#checked.references[node.id];
        const values = node.fields.map(({ value, isOptional }) => {
          const given = this.evaluate(value, scope);
          return isOptional ? optionalEntry(given) : given;
        });
        return reference?.kind === 'message' ? reference.create(...values) : fail('unknown_name');
      }
      case 'missing':
        return fail('unknown_name');
    }
  }

  #attempt(evaluate: () => unknown): unknown {
    try {
      return evaluate();
    } catch (error) {
      return absorb(error);
    }
  }

  #name(node: Node & { kind: 'name' }, scope: Scope | undefined): unknown {
    const reference = this.#checked.references[node.id];
    switch (reference?.kind) {
      case 'local': {
        let at = scope;
        while (at !== undefined && at.name !== reference.name) at = at.outer;
        const value = at?.value;
        return value instanceof Failure ? throwFailure(value) : value;
      }
      case 'variable':
        return this.#read(reference);
      case 'type':
      case 'constant':
        return reference.value;
      default:
        return fail('unknown_name');
    }
  }

  /** The declared name of a field access. */
  #declared(node: Node): VariableReference | undefined {
    const reference = this.#checked.references[node.id];
    return reference?.kind === 'variable' ? reference : undefined;
  }

  #read({ path, type }: VariableReference): unknown {
    return readerOf(path, type).read(this.#activation);
  }

  #maybe({ path, type }: VariableReference): unknown {
    const { has, read } = readerOf(path, type);
    return Optional.of(has(this.#activation) === true ? read(this.#activation) : undefined);
  }

  #index(node: Node & { kind: 'index' }, scope: Scope | undefined): unknown {
    const declared = this.#declared(node);
    if (declared !== undefined) return node.isOptional ? this.#maybe(declared) : this.#read(declared);
    const operand = this.evaluate(node.operand, scope);
    const key = this.evaluate(node.index, scope);
    return node.isOptional ? indexOptional(operand, key) : index(operand, key, writtenKey(node));
  }

  #call(node: CallNode, scope: Scope | undefined): unknown {
    const reference = functionOf(this.#checked, node);
    const { receiver, args } = node;
    const isMethod = receiver !== undefined && reference?.isNamespaced !== true;
    const operands = isMethod ? [receiver, ...args] : args;
    const values: unknown[] = [];
    if (isMethod) {
      const first = this.evaluate(receiver, scope);
      if (isLazy(node) && reference !== undefined) {
        if (!(first instanceof Optional)) return fail('no_such_overload');
        if (first.value !== undefined) return node.name === 'or' ? first : first.value;
      }
      values.push(first);
    }
    for (const arg of args) values.push(this.evaluate(arg, scope));
    if (reference === undefined) return fail('unknown_function');
    const candidates = candidatesOf(reference, isMethod, values.length);
    return dispatcher(reference.declaration.name, this.#forms(node, operands, candidates))(...values);
  }

  /** Functions of the overloads, with the same payment as in compiled code. */
  #forms(node: Node, operands: readonly Node[], candidates: readonly Overload[]) {
    const sizes = sizesOf(
      operands,
      operands.map((operand) => typeOf(this.#checked, operand)),
    );
    return candidates.map((overload) => {
      const { parameters, literal } = overload;
      const prepared = this.#prepared.get(node.id);
      const run = runFor(overload, sizes, this.#loops > 0);
      if (literal?.run === undefined || prepared?.overload !== overload) return { parameters, run };
      const { at, run: runLiteral } = literal;
      return { parameters, run: (...args: unknown[]) => runLiteral(...args.with(at, prepared.value)) };
    });
  }

  #loop(node: LoopNode, scope: Scope | undefined): unknown {
    const range = this.evaluate(node.range, scope);
    this.#loops++;
    try {
      return this.#goRound(node, scope, range);
    } finally {
      this.#loops--;
    }
  }

  #goRound(node: LoopNode, scope: Scope | undefined, range: unknown): unknown {
    const [first, second] = node.variables;
    const keys = second === undefined ? elementsOf(range) : keysOfRange(range);
    const within = (key: unknown): Scope => {
      spend(1);
      const inner = { name: first, value: key, outer: scope };
      return second === undefined ? inner : { name: second, value: valueAt(range, key), outer: inner };
    };
    const holds = (test: Node | undefined, inner: Scope): boolean =>
      test === undefined || condition(this.evaluate(test, inner));
    const body = (key: unknown) => holds(node.body, within(key));
    switch (node.loop) {
      case 'all':
        return decide(keys, false, body);
      case 'exists':
        return decide(keys, true, body);
      case 'exists_one':
        return keys.filter(body).length === 1;
      case 'filter':
        return keys.filter(body);
      case 'sortBy':
        if (!Array.isArray(range)) return fail('no_such_overload');
        return sortBy(
          keys,
          keys.map((key) => this.evaluate(node.body, within(key))),
        );
      case 'map':
      case 'transformList': {
        const list: unknown[] = [];
        for (const key of keys) {
          const inner = within(key);
          if (holds(node.filter, inner)) list.push(this.evaluate(node.body, inner));
        }
        return list;
      }
      case 'transformMap':
      case 'transformMapEntry': {
        const map = new MapBuilder();
        for (const key of keys) {
          const inner = within(key);
          if (!holds(node.filter, inner)) continue;
          const value = this.evaluate(node.body, inner);
          if (node.loop === 'transformMap') map.add(key, value);
          else addEntries(map, value);
        }
        return map.build();
      }
    }
  }
}

/**
 * True if a logical operator has the value `decisive`: one such operand makes the others irrelevant, including their
 * failures. Otherwise the first failure is that of the whole.
 */
function decide<T>(operands: readonly T[], decisive: boolean, evaluate: (operand: T) => boolean): boolean {
  let failure: Failure | undefined;
  for (const operand of operands) {
    try {
      if (evaluate(operand) === decisive) return decisive;
    } catch (error) {
      failure ??= absorb(error);
    }
  }
  return failure === undefined ? !decisive : throwFailure(failure);
}
