import type { Overload } from '../library/function.ts';
import { type CallNode, childrenOf, type LoopNode, type Node } from '../syntax/tree.ts';
import { MAX_LIST, MAX_TEXT, TEXT_A_STEP } from '../value/budget.ts';
import { isMap, keysOf, lookup } from '../value/map.ts';
import { type Checked, functionOf, typeOf } from './checked.ts';
import type { Environment } from './environment.ts';
import { preparedPart } from './fixed-reads.ts';
import type { Prepared } from './literals.ts';

/** Maximum size of a value. */
interface Bound {
  /** Characters of a text, elements of a list, keys of a map. */
  readonly size: number;
  /**
   * Characters of all nested values, two for each element. Elements share the total: no two of them can have all of
   * it.
   */
  readonly total: number;
}

/** Maximum cost of an expression in steps, and maximum size of its value. */
interface Estimate {
  readonly steps: number;
  readonly bound: Bound;
}

/** Maximum nesting of loops whose elements are assumed to share the total. */
const MAX_SHARED_LOOPS = 4;

/** Types whose values have a size. */
const LARGE: ReadonlySet<string> = new Set([
  'string',
  'bytes',
  'list',
  'map',
  'dyn',
  'optional',
  'opaque',
  'message',
  'wrapper',
]);

const NOTHING: Bound = { size: 0, total: 0 };

/** Maximum size of a declared name without a bound of its own: the request headers, by Envoy's default. */
const DEFAULT_MAX = 61_440;

/** An element has at least two characters in its source: itself, and its separator from the next. */
const CHARACTERS_AN_ELEMENT = 2;

/**
 * Steps of an evaluation if every value that it reads has its maximum size. Steps are those of the budget at
 * evaluation time; work that does not grow with the request counts as nothing.
 */
export function estimateSteps(checked: Checked, prepared: Prepared, environment: Environment): number {
  return new Estimator(checked, prepared, environment).estimate(checked.root, undefined).steps;
}

interface Scope {
  readonly name: string;
  readonly bound: Bound;
  readonly outer: Scope | undefined;
}

class Estimator {
  readonly #checked: Checked;
  readonly #prepared: Prepared;
  readonly #environment: Environment;
  #loops = 0;

  constructor(checked: Checked, prepared: Prepared, environment: Environment) {
    this.#checked = checked;
    this.#prepared = prepared;
    this.#environment = environment;
  }

  estimate(node: Node, scope: Scope | undefined): Estimate {
    const reference = this.#checked.references[node.id];
    if (reference?.kind === 'variable') {
      return { steps: 0, bound: this.#declared(node, reference.path.join('.')) };
    }
    switch (node.kind) {
      case 'literal':
        return { steps: 0, bound: boundOf(node.value) };
      case 'name':
        return { steps: 0, bound: find(scope, node.name) };
      case 'select':
      case 'index': {
        const operand = this.estimate(node.operand, scope);
        const index = node.kind === 'index' ? this.estimate(node.index, scope).steps : 0;
        return { steps: operand.steps + index, bound: inner(operand.bound) };
      }
      case 'call':
      case 'operator':
        return this.#call(node, scope);
      case 'condition': {
        const [test, yes, no] = [node.test, node.yes, node.no].map((part) => this.estimate(part, scope));
        if (test === undefined || yes === undefined || no === undefined) return { steps: 0, bound: NOTHING };
        return { steps: test.steps + Math.max(yes.steps, no.steps), bound: larger(yes.bound, no.bound) };
      }
      case 'list':
      case 'map':
        return this.#container(node, scope);
      case 'loop':
        return this.#loop(node, scope);
      case 'bind': {
        const value = this.estimate(node.value, scope);
        const body = this.estimate(node.body, { name: node.variable, bound: value.bound, outer: scope });
        return { steps: value.steps + body.steps, bound: body.bound };
      }
      case 'optional_map': {
        const { steps, bound } = this.estimate(node.operand, scope);
        const body = this.estimate(node.body, { name: node.variable, bound, outer: scope });
        return { steps: steps + body.steps, bound: body.bound };
      }
      case 'has':
      case 'logic':
      case 'message':
      case 'missing':
        return { steps: this.#sum(childrenOf(node), scope), bound: NOTHING };
    }
  }

  #sum(nodes: readonly Node[], scope: Scope | undefined): number {
    return nodes.reduce((sum, node) => sum + this.estimate(node, scope).steps, 0);
  }

  #declared(node: Node, name: string): Bound {
    const max = this.#environment.bounds.get(name) ?? DEFAULT_MAX;
    switch (typeOf(this.#checked, node).kind) {
      case 'string':
      case 'bytes':
      case 'list':
      case 'map':
      case 'dyn':
      case 'optional':
      case 'wrapper':
        return { size: max, total: max };
      case 'message':
        // An element of a message can be a single byte.
        return { size: CHARACTERS_AN_ELEMENT * max, total: CHARACTERS_AN_ELEMENT * max };
      default:
        return NOTHING;
    }
  }

  /** Estimate by the most expensive overload and the sizes of the first three operands. */
  #call(node: CallNode | (Node & { kind: 'operator' }), scope: Scope | undefined): Estimate {
    const reference = functionOf(this.#checked, node);
    const isNamespaced = reference?.isNamespaced === true;
    const nodes = isNamespaced && node.kind === 'call' ? node.args : childrenOf(node);
    const operands = nodes.map((operand) => this.estimate(operand, scope));
    const bounds = operands.map(({ bound }) => bound);
    const isPrepared =
      node.kind === 'call' && preparedPart(this.#checked, node, this.#environment) !== undefined;
    const forms = isPrepared
      ? []
      : (reference?.overloads ?? []).map((overload) => this.#form(overload, node, nodes, bounds));
    const steps = Math.max(0, ...forms.map((form) => form.steps));
    const given = Math.max(passedSize(node, bounds[0] ?? NOTHING), ...forms.map((form) => form.size));
    const size = Math.min(Math.max(given, this.#joined(node, nodes, bounds)), MAX_LIST);
    const total = Math.max(size * CHARACTERS_AN_ELEMENT, ...bounds.map((bound) => bound.total));
    const isLarge = LARGE.has(typeOf(this.#checked, node).kind);
    return {
      steps: operands.reduce((sum, operand) => sum + operand.steps, Math.floor(steps)),
      bound: isLarge ? { size, total: Math.min(total, MAX_TEXT) } : NOTHING,
    };
  }

  /** Maximum steps of one overload, and maximum size of its result. */
  #form(
    overload: Overload,
    node: CallNode | (Node & { kind: 'operator' }),
    nodes: readonly Node[],
    [first = NOTHING, second = NOTHING, third = NOTHING]: readonly Bound[],
  ): { readonly steps: number; readonly size: number } {
    const { cost, parameters, literal } = overload;
    const n = parameters[0]?.kind === 'int' ? numberIn(nodes[0]) : first.size;
    const size = cost.size(n, second.size, third.size);
    if (node.kind === 'operator' && (node.operator === '==' || node.operator === '!=')) {
      return { steps: this.#comparison(nodes, first, second), size };
    }
    const prepared = this.#prepared.get(node.id);
    const written = prepared?.overload === overload ? literal?.steps?.(prepared.value, n) : undefined;
    const deep = { first, second };
    const within = cost.isDeep === undefined ? 0 : deep[cost.isDeep].total;
    return { steps: (written ?? cost.steps(n, second.size, third.size)) + within, size };
  }

  /** Size of a string made from the content of lists or maps: all of it, with separators. */
  #joined(node: Node, nodes: readonly Node[], bounds: readonly Bound[]): number {
    if (!['string', 'bytes'].includes(typeOf(this.#checked, node).kind)) return 0;
    const isContainer = (each: Node) => ['list', 'map', 'dyn'].includes(typeOf(this.#checked, each).kind);
    return bounds.reduce(
      (sum, { size, total }, at) => sum + (isContainer(nodes[at] ?? node) ? 3 * total : size),
      0,
    );
  }

  /** A comparison of two values ends with the smaller one: by elements, or by length for strings. */
  #comparison(nodes: readonly Node[], left: Bound, right: Bound): number {
    const areFlat = nodes.some((node) => ['string', 'bytes'].includes(typeOf(this.#checked, node).kind));
    if (areFlat) return Math.min(left.size, right.size) / TEXT_A_STEP;
    return Math.min(left.total, right.total) / CHARACTERS_AN_ELEMENT;
  }

  #container(node: Node & { kind: 'list' | 'map' }, scope: Scope | undefined): Estimate {
    const parts = childrenOf(node).map((child) => this.estimate(child, scope));
    const size = node.kind === 'list' ? node.elements.length : node.entries.length;
    return {
      steps: parts.reduce((sum, part) => sum + part.steps, 0),
      bound: {
        size,
        total: parts.reduce((sum, part) => sum + part.bound.total, size * CHARACTERS_AN_ELEMENT),
      },
    };
  }

  /**
   * Elements share the total: many of them are small, or few are large. The maximum is reached if one element has
   * everything and all others have nothing.
   */
  #loop(node: LoopNode, scope: Scope | undefined): Estimate {
    const range = this.estimate(node.range, scope);
    const size = elementsOf(range.bound);
    const within = (bound: Bound): Estimate => {
      const inside = node.variables.reduce<Scope | undefined>(
        (outer, name) => ({ name, bound, outer }),
        scope,
      );
      const filter = node.filter === undefined ? 0 : this.estimate(node.filter, inside).steps;
      const body = this.estimate(node.body, inside);
      return { steps: 1 + filter + body.steps, bound: body.bound };
    };
    this.#loops++;
    const large = within(inner(range.bound));
    // Two estimates of each loop double the time with each level of nesting.
    const small = this.#loops > MAX_SHARED_LOOPS ? large : within(NOTHING);
    this.#loops--;
    const all = size * small.steps + Math.max(0, large.steps - small.steps);
    return { steps: range.steps + all, bound: this.#resultOf(node, range.bound, large.bound) };
  }

  /** Maximum size of the list or map that a loop creates. */
  #resultOf({ loop }: LoopNode, range: Bound, element: Bound): Bound {
    const size = elementsOf(range);
    switch (loop) {
      case 'all':
      case 'exists':
      case 'exists_one':
        return NOTHING;
      case 'filter':
      case 'sortBy':
        return { size, total: range.total };
      default: {
        const total = range.total + size * (element.total + CHARACTERS_AN_ELEMENT);
        return { size, total: Math.min(total, MAX_TEXT * MAX_LIST) };
      }
    }
  }
}

/** Maximum number of elements. A value that can also be a string has no more than its characters allow. */
function elementsOf({ size, total }: Bound): number {
  return Math.min(size, Math.ceil(total / CHARACTERS_AN_ELEMENT));
}

/** Size of a result that is given by a number; 0 if the number is not a literal. */
function numberIn(node: Node | undefined): number {
  return node?.kind === 'literal' && typeof node.value === 'number' ? Math.max(0, node.value) : 0;
}

/** Size that an optional or a conversion takes over from its operand. */
function passedSize(node: Node, first: Bound): number {
  const names = ['dyn', 'optional.of', 'of', 'ofNonZeroValue', 'value', 'or', 'orValue'];
  return node.kind === 'call' && names.includes(node.name) ? first.size : 0;
}

/** Maximum size of one element of a container. */
function inner({ total }: Bound): Bound {
  return { size: total, total };
}

function larger(a: Bound, b: Bound): Bound {
  return { size: Math.max(a.size, b.size), total: Math.max(a.total, b.total) };
}

function find(scope: Scope | undefined, name: string): Bound {
  let at = scope;
  while (at !== undefined && at.name !== name) at = at.outer;
  return at?.bound ?? NOTHING;
}

function boundOf(value: unknown): Bound {
  if (typeof value === 'string' || value instanceof Uint8Array)
    return { size: value.length, total: value.length };
  if (Array.isArray(value)) {
    const least = value.length * CHARACTERS_AN_ELEMENT;
    const total = value.reduce<number>((sum, each) => sum + boundOf(each).total, least);
    return { size: value.length, total };
  }
  if (!isMap(value)) return NOTHING;
  const keys = keysOf(value);
  const least = keys.length * CHARACTERS_AN_ELEMENT;
  const total = keys.reduce<number>(
    (sum, key) => sum + boundOf(key).total + boundOf(lookup(value, key)).total,
    least,
  );
  return { size: keys.length, total };
}
