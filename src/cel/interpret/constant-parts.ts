import { type Checked, typeOf } from '../check/checked.ts';
import { nameOf, textOf } from '../check/key-reads.ts';
import { childrenOf, type Node } from '../syntax/tree.ts';
import { type PairVerdict, pairVerdict } from './constant-pairs.ts';
import type { Folding } from './fold.ts';

/** Comparison of two strings. */
export type TextTest = 'equals' | 'startsWith' | 'endsWith';

/** Reason why a condition is never true, in one clause, and the text to write instead. */
export interface Why {
  readonly reason: string;
  readonly help?: string | undefined;
  /** Name that has the value of a key that a map never has. */
  readonly name?: string | undefined;
  /** The condition that was probably meant, in place of the whole part. */
  readonly instead?: string | undefined;
  /** The only value for which the condition can be true, as a message shows it. */
  readonly except?: string | undefined;
}

/** Knowledge about the values of declared names beyond their types. */
export interface Knowledge {
  /** True if the name has a value in every request. */
  isAlwaysThere(name: string): boolean;
  /** Reason why no value of the name passes the test with this string; undefined if one can. */
  whyNever(name: string, test: TextTest, text: string): Why | undefined;
  /** Reason why the map of that name never has the key; undefined if it can. */
  whyNoKey(name: string, key: string): Why | undefined;
}

/** Part of an expression that has the same value for every request. */
export interface ConstantPart {
  readonly start: number;
  readonly end: number;
  /** Value of the part; `absent` for the key of a map that never exists, `unequal` for an element that nothing equals. */
  readonly outcome: boolean | 'absent' | 'unequal';
  /** Undefined if the part reads nothing of the request. */
  readonly why: Why | undefined;
  /** True if the whole expression has its value because of this part. */
  readonly decides: boolean;
}

export interface ConstantParts {
  readonly parts: readonly ConstantPart[];
  readonly whole: boolean | undefined;
}

/**
 * Conditions that do not depend on the request: the whole expression, operands of `&&`, `||` and `!`, the test of
 * `? :`, the body of a comprehension. Of nested conditions, only the innermost cause is included. Also keys that a
 * map never has.
 */
export function constantParts(checked: Checked, folding: Folding, knowledge: Knowledge): ConstantParts {
  const finder = new Finder(checked, folding, knowledge);
  const { root } = checked;
  finder.visit(root, typeOf(checked, root).kind === 'bool');
  const decisive = new Set(finder.deciding(root));
  const parts = finder.found.map(({ node, outcome, why }) => {
    const { start, end } = node;
    return { start, end, outcome, why, decides: decisive.has(node) };
  });
  return { parts, whole: finder.always(root) };
}

interface Verdict {
  readonly outcome: boolean;
  readonly why: Why | undefined;
}

interface Found {
  readonly node: Node;
  readonly outcome: ConstantPart['outcome'];
  readonly why: Why | undefined;
}

class Finder {
  readonly found: Found[] = [];
  readonly #checked: Checked;
  readonly #folding: Folding;
  readonly #knowledge: Knowledge;

  constructor(checked: Checked, folding: Folding, knowledge: Knowledge) {
    this.#checked = checked;
    this.#folding = folding;
    this.#knowledge = knowledge;
  }

  /**
   * Value of a condition if it is the same for every request; otherwise undefined. A condition that can fail instead
   * counts as well.
   */
  always(node: Node): boolean | undefined {
    const known = this.#verdict(node);
    if (known !== undefined) return known.why?.except === undefined ? known.outcome : undefined;
    if (node.kind === 'operator' && node.operator === '!') {
      const operand = this.always(node.operands[0]);
      return operand === undefined ? undefined : !operand;
    }
    if (node.kind !== 'logic') return undefined;
    const outcomes = node.operands.map((operand) => this.always(operand));
    const decisive = node.operator === '||';
    if (outcomes.includes(decisive)) return decisive;
    return outcomes.every((outcome) => outcome === !decisive) ? !decisive : undefined;
  }

  /** Parts that cause a condition to have the same value for every request. */
  deciding(node: Node): readonly Node[] {
    const outcome = this.always(node);
    if (outcome === undefined) return [];
    if (this.#verdict(node) !== undefined) return [node];
    const causes = childrenOf(node).filter(
      (child) => node.kind !== 'logic' || this.always(child) === outcome,
    );
    return causes.flatMap((child) => this.deciding(child));
  }

  visit(node: Node, isCondition: boolean): void {
    const verdict = isCondition ? this.#verdict(node) : undefined;
    if (verdict !== undefined) {
      this.found.push({ node, ...verdict });
      return;
    }
    const absent = this.#absentKey(node);
    if (absent !== undefined) this.found.push({ node, outcome: 'absent', why: absent });
    if (node.kind === 'operator' && node.operator === 'in') this.#elements(node.operands);
    const conditions = conditionsOf(node);
    for (const child of childrenOf(node)) this.visit(child, conditions.includes(child));
  }

  /** Verdict on a condition that does not consist of other conditions, or reads nothing of the request. */
  #verdict(node: Node): Verdict | undefined {
    if (node.kind !== 'logic') {
      const value = this.#folding.valueOf(node)?.value;
      if (typeof value === 'boolean') return { outcome: value, why: undefined };
    }
    switch (node.kind) {
      case 'logic':
        return this.#pair(node);
      case 'has':
        return this.#has(node);
      case 'operator':
        return this.#comparison(node);
      case 'call':
        return this.#textCall(node);
      default:
        return undefined;
    }
  }

  /** `x != 'a' || x != 'b'`, unless an operand alone is the cause. */
  #pair(node: Node & { kind: 'logic' }): PairVerdict | undefined {
    const isCaused = node.operands.some((operand) => this.#verdict(operand) !== undefined);
    return isCaused ? undefined : pairVerdict(node);
  }

  #has(node: Node & { kind: 'has' }): Verdict | undefined {
    const declared = nameOf(this.#checked, node);
    if (declared !== undefined) {
      if (!this.#knowledge.isAlwaysThere(declared)) return undefined;
      return { outcome: true, why: { reason: `\`${declared}\` is always there` } };
    }
    return never(this.#noKey(node.operand, node.field));
  }

  #comparison({ operator, operands }: Node & { kind: 'operator' }): Verdict | undefined {
    const [left, right] = operands;
    if (right === undefined) return undefined;
    if (operator === 'in') return this.#membership(left, right);
    if (operator !== '==' && operator !== '!=') return undefined;
    const why =
      this.#neverEqual(left, right) ?? this.#neverEqual(right, left) ?? this.#neverNull(left, right);
    return why === undefined ? undefined : { outcome: operator === '!=', why };
  }

  #neverEqual(value: Node, text: Node): Why | undefined {
    const name = nameOf(this.#checked, value);
    const written = textOf(text);
    if (name === undefined || written === undefined) return undefined;
    return this.#knowledge.whyNever(name, 'equals', written);
  }

  #neverNull(left: Node, right: Node): Why | undefined {
    const other = isNull(left) ? right : isNull(right) ? left : undefined;
    const name = other && nameOf(this.#checked, other);
    if (name === undefined || !this.#knowledge.isAlwaysThere(name)) return undefined;
    return { reason: `\`${name}\` is never null` };
  }

  #membership(element: Node, container: Node): Verdict | undefined {
    const key = textOf(element);
    if (key !== undefined) return never(this.#noKey(container, key));
    if (container.kind !== 'list' || container.elements.length === 0) return undefined;
    const reasons = container.elements.map(({ value }) => this.#neverEqual(element, value));
    return reasons.every((why) => why !== undefined) ? never(reasons[0]) : undefined;
  }

  /** Finds elements that the value never equals, in a list with elements that it can equal. */
  #elements([element, container]: readonly Node[]): void {
    if (element === undefined || container?.kind !== 'list') return;
    for (const { value } of container.elements) {
      const why = this.#neverEqual(element, value);
      if (why !== undefined) this.found.push({ node: value, outcome: 'unequal', why });
    }
  }

  #textCall({ name, receiver, args }: Node & { kind: 'call' }): Verdict | undefined {
    if (name !== 'startsWith' && name !== 'endsWith') return undefined;
    const read = receiver && nameOf(this.#checked, receiver);
    const text = textOf(args[0]);
    if (read === undefined || text === undefined) return undefined;
    return never(this.#knowledge.whyNever(read, name, text));
  }

  /** Reason why the key that a node reads from a map never exists. */
  #absentKey(node: Node): Why | undefined {
    if (node.kind === 'select') return this.#noKey(node.operand, node.field);
    const key = node.kind === 'index' ? textOf(node.index) : undefined;
    return key === undefined || node.kind !== 'index' ? undefined : this.#noKey(node.operand, key);
  }

  #noKey(map: Node, key: string): Why | undefined {
    const name = nameOf(this.#checked, map);
    return name === undefined ? undefined : this.#knowledge.whyNoKey(name, key);
  }
}

function never(why: Why | undefined): Verdict | undefined {
  return why === undefined ? undefined : { outcome: false, why };
}

function isNull(node: Node): boolean {
  return node.kind === 'literal' && node.value === null;
}

/** Direct children that are evaluated as conditions. */
function conditionsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'logic':
      return node.operands;
    case 'operator':
      return node.operator === '!' ? node.operands : [];
    case 'condition':
      return [node.test];
    case 'loop': {
      const isBodyCondition = ['all', 'exists', 'exists_one', 'filter'].includes(node.loop);
      return [...(node.filter === undefined ? [] : [node.filter]), ...(isBodyCondition ? [node.body] : [])];
    }
    default:
      return [];
  }
}
