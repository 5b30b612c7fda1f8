import { type Checked, typeOf } from '../check/checked.ts';
import { unwrap } from '../check/checking.ts';
import type { Prepared } from '../check/literals.ts';
import { Constants, type Folding } from '../interpret/fold.ts';
import { hasOf, maybeOf } from '../interpret/load.ts';
import {
  element,
  hasField,
  logical,
  messageField,
  select,
  selectOptional,
  writtenKey,
} from '../interpret/semantics.ts';
import { index, indexOptional } from '../library/operators.ts';
import { childrenOf, type Node } from '../syntax/tree.ts';
import { beginBudget, endBudget } from '../value/budget.ts';
import { fail } from '../value/failure.ts';
import type { Type } from '../value/type.ts';
import { Code, type GeneratedSource } from './code.ts';
import { emitBind, emitOptionalMap } from './emit-bind.ts';
import { emitCall } from './emit-call.ts';
import { emitList, emitMap, emitMessage } from './emit-container.ts';
import { emitCondition, emitLogic } from './emit-logic.ts';
import { emitLoop } from './emit-loop.ts';
import { emitOperator } from './emit-operator.ts';
import { emitField, emitOwnRead, emitRead, emitReadInstant } from './emit-read.ts';
import './code-scope.ts';
import { computed, type Emitted, type Emitter, held, type Locals } from './emitted.ts';

/** Conversion of the outcome of an evaluation to the result. */
interface Shell {
  /** Result for a value. */
  readonly finish: (value: unknown) => unknown;
  /** True if a value that is certainly a bool is the result as it is. */
  readonly wantsBool: boolean;
  /** Result for an exception. */
  readonly fail: (thrown: unknown) => unknown;
}

interface Options {
  readonly prepared?: Prepared;
  /** Values of expressions that are evaluated at load time; by default those that read nothing of the request. */
  readonly folding?: Folding;
  /** If undefined, failures are thrown, and the budget is that of the caller. */
  readonly shell?: Shell;
  /** True if the activation is our own, with values that have their declared types and their form in evaluations. */
  readonly isOwn?: boolean;
}

/** The source of a function that evaluates the tree. */
export function emit(
  checked: Checked,
  { prepared = new Map(), folding = new Constants(checked), shell, isOwn = false }: Options,
): GeneratedSource {
  const emitter = new TreeEmitter(checked, prepared, folding, isOwn);
  const { text, isBool } = emitter.emit(checked.root, undefined);
  const { code } = emitter;
  if (shell === undefined) return code.source(text);
  const failed = `catch (x) { return ${code.constant(shell.fail)}(x); }`;
  const value = shell.wantsBool && isBool ? text : `${code.constant(shell.finish)}(${text})`;
  if (!emitter.isMetered) return code.source(value, { before: 'try {', after: `} ${failed}` });
  const before = `const outer = ${code.helper(beginBudget)}();\ntry {`;
  return code.source(value, { before, after: `} ${failed} finally { ${code.helper(endBudget)}(outer); }` });
}

class TreeEmitter implements Emitter {
  readonly checked: Checked;
  readonly code = new Code();
  readonly #constants: Folding;
  readonly #prepared: Prepared;
  /** Number of reads of each declared name; more than one in a comprehension. */
  readonly #mentions: ReadonlyMap<string, number>;
  /** Code that reads a declared name, by its path. */
  readonly #reads = new Map<string, string>();
  /** Functions that read a field of a map. */
  readonly #fields = new Map<string, string>();
  readonly #isOwn: boolean;
  #loops = 0;
  isMetered = false;

  constructor(checked: Checked, prepared: Prepared, constants: Folding, isOwn: boolean) {
    this.#isOwn = isOwn;
    this.checked = checked;
    this.#prepared = prepared;
    this.#constants = constants;
    this.#mentions = mentionsIn(checked);
  }

  get isInLoop(): boolean {
    return this.#loops > 0;
  }

  inLoop<T>(write: () => T): T {
    this.#loops++;
    try {
      return write();
    } finally {
      this.#loops--;
    }
  }

  constantOf(node: Node): { readonly value: unknown } | undefined {
    return this.#constants.valueOf(node);
  }

  emit(node: Node, locals: Locals | undefined): Emitted {
    const constant = this.constantOf(node);
    if (constant === undefined) return this.#emit(node, locals);
    return held(this.code.constant(constant.value), { isBool: typeof constant.value === 'boolean' });
  }

  emitAll(
    nodes: readonly Node[],
    locals: Locals | undefined,
    emitOne: Emitter['emit'] = (node, around) => this.emit(node, around),
  ): readonly Emitted[] {
    const parts: Emitted[] = [];
    for (const node of nodes) {
      const before = this.code.length;
      const part = emitOne(node, locals);
      // The lines of this part must not come before parts that are evaluated earlier.
      let at = before;
      if (this.code.length > before) {
        parts.forEach((earlier, place) => {
          if (earlier.isStable) return;
          const name = this.code.fresh('t');
          this.code.insert(at, `const ${name} = ${earlier.text};`);
          at++;
          parts[place] = { ...earlier, text: name, isStable: true };
        });
      }
      parts.push(part);
    }
    return parts;
  }

  emitInstant(node: Node, locals: Locals | undefined): Emitted {
    const reference = this.checked.references[node.id];
    const isRead =
      reference?.kind === 'variable' && reference.type.kind === 'timestamp' && node.kind !== 'has';
    if (!isRead || ('isOptional' in node && node.isOptional)) return this.emit(node, locals);
    return this.#readOnce(`${reference.path.join(' ')} instant`, reference.path, () =>
      emitReadInstant(this.code, reference),
    );
  }

  emitBool(node: Node, locals: Locals | undefined, check: (value: unknown) => boolean = logical): Emitted {
    const part = this.emit(node, locals);
    return part.isBool ? part : computed(`${this.code.helper(check)}(${part.text})`, { isBool: true });
  }

  #emit(node: Node, locals: Locals | undefined): Emitted {
    switch (node.kind) {
      case 'literal':
        return held(this.code.constant(node.value), { isBool: typeof node.value === 'boolean' });
      case 'name':
        return this.#emitName(node, locals);
      case 'select':
        return this.#emitSelect(node, locals);
      case 'has':
        return this.#emitHas(node, locals);
      case 'index':
        return this.#emitIndex(node, locals);
      case 'call':
        return emitCall(this, this.#prepared.get(node.id), node, locals);
      case 'operator':
        return emitOperator(this, node, locals);
      case 'logic':
        return emitLogic(this, node, locals);
      case 'condition':
        return emitCondition(this, node, locals);
      case 'list':
        return emitList(this, node, locals);
      case 'map':
        return emitMap(this, node, locals);
      case 'loop':
        return emitLoop(this, node, locals);
      case 'bind':
        return emitBind(this, node, locals);
      case 'optional_map':
        return emitOptionalMap(this, node, locals);
      case 'message':
        return emitMessage(this, node, locals);
      case 'missing':
        return this.#failing('unknown_name');
    }
  }

  #failing(code: 'unknown_name' | 'unknown_function'): Emitted {
    return computed(`${this.code.helper(fail)}(${this.code.constant(code)})`);
  }

  #emitName(node: Node & { kind: 'name' }, locals: Locals | undefined): Emitted {
    const reference = this.checked.references[node.id];
    switch (reference?.kind) {
      case 'local': {
        let at = locals;
        while (at !== undefined && at.name !== reference.name) at = at.outer;
        return at?.value ?? this.#failing('unknown_name');
      }
      case 'variable':
        return this.#read(node);
      case 'type':
      case 'constant':
        return held(this.code.constant(reference.value));
      default:
        return this.#failing('unknown_name');
    }
  }

  /** Read of a declared name; two reads of a name share one function. */
  #read(node: Node): Emitted {
    const reference = this.checked.references[node.id];
    if (reference?.kind !== 'variable') return this.#failing('unknown_name');
    const read = this.#readOnce(reference.path.join(' '), reference.path, () =>
      emitRead(this.code, reference),
    );
    return { ...read, isBool: reference.type.kind === 'bool' };
  }

  /** A value that is read more than once is kept in a variable: no value is undefined. */
  #readOnce(key: string, path: readonly string[], write: () => string): Emitted {
    let text = this.#reads.get(key);
    if (text === undefined) {
      const read = this.#isOwn ? emitOwnRead(this.code, path) : `${write()}(a)`;
      const isOften = (this.#mentions.get(path.join(' ')) ?? 0) > 1;
      const kept = isOften ? this.code.variable() : undefined;
      text = kept === undefined ? read : `(${kept} === undefined ? ${kept} = ${read} : ${kept})`;
      this.#reads.set(key, text);
    }
    return computed(text);
  }

  /** Optional of a declared name. */
  #maybe(node: Node): Emitted {
    const reference = this.checked.references[node.id];
    if (reference?.kind !== 'variable') return this.#failing('unknown_name');
    return computed(`${this.code.constant(maybeOf(reference.path, reference.type))}(a)`);
  }

  #emitSelect(node: Node & { kind: 'select' }, locals: Locals | undefined): Emitted {
    const reference = this.checked.references[node.id];
    if (reference?.kind === 'type' || reference?.kind === 'constant')
      return held(this.code.constant(reference.value));
    if (reference?.kind === 'variable') return node.isOptional ? this.#maybe(node) : this.#read(node);
    const operand = this.emit(node.operand, locals);
    const type = typeOf(this.checked, node.operand);
    this.isMetered ||= unwrap(type).kind === 'message' && !isScalar(unwrap(typeOf(this.checked, node)));
    if (type.kind === 'message' && !node.isOptional) {
      const field = this.code.constant(node.field);
      return computed(`${this.code.helper(messageField)}(${operand.text}, ${field})`);
    }
    if (!node.isOptional) return this.#emitField(operand, node.field, select);
    return computed(
      `${this.code.helper(selectOptional)}(${operand.text}, ${this.code.constant(node.field)})`,
    );
  }

  /** Read of a literal field; two reads of a field share one function. */
  #emitField(operand: Emitted, field: string, slow: typeof select | typeof index): Emitted {
    const key = `${slow.name} ${field}`;
    let reader = this.#fields.get(key);
    if (reader === undefined) {
      reader = emitField(this.code, field, slow);
      this.#fields.set(key, reader);
    }
    return computed(`${reader}(${operand.text})`);
  }

  #emitHas(node: Node & { kind: 'has' }, locals: Locals | undefined): Emitted {
    const reference = this.checked.references[node.id];
    if (reference?.kind === 'variable') {
      return computed(`${this.code.constant(hasOf(reference.path, reference.type))}(a)`, { isBool: true });
    }
    const operand = this.emit(node.operand, locals);
    const isTotal = operand.isTotal && typeOf(this.checked, node.operand).kind === 'map';
    const text = `${this.code.helper(hasField)}(${operand.text}, ${this.code.constant(node.field)})`;
    return computed(text, { isTotal, isBool: true });
  }

  #emitIndex(node: Node & { kind: 'index' }, locals: Locals | undefined): Emitted {
    if (this.checked.references[node.id]?.kind === 'variable') {
      return node.isOptional ? this.#maybe(node) : this.#read(node);
    }
    const [operand, key] = this.emitAll([node.operand, node.index], locals);
    if (operand === undefined || key === undefined) return this.#failing('unknown_name');
    const operandType = typeOf(this.checked, node.operand);
    const { code } = this;
    if (node.isOptional) return computed(`${code.helper(indexOptional)}(${operand.text}, ${key.text})`);
    const written = writtenKey(node);
    if (['map', 'dyn'].includes(operandType.kind) && written !== undefined) {
      return this.#emitField(operand, written, index);
    }
    if (operandType.kind === 'list' && typeOf(this.checked, node.index).kind === 'int') {
      return computed(`${code.helper(element)}(${operand.text}, ${key.text})`);
    }
    return computed(`${code.helper(index)}(${operand.text}, ${key.text}, ${code.constant(written)})`);
  }
}

/** True for the type of a field of a message that takes no longer to read if the message is large. */
function isScalar(type: Type): boolean {
  return !['dyn', 'list', 'map'].includes(type.kind);
}

function mentionsIn({ root, references }: Checked): ReadonlyMap<string, number> {
  const mentions = new Map<string, number>();
  const count = (node: Node, weight: number): void => {
    const reference = references[node.id];
    if (reference?.kind === 'variable') {
      const key = reference.path.join(' ');
      mentions.set(key, (mentions.get(key) ?? 0) + weight);
      return;
    }
    for (const child of childrenOf(node)) {
      count(child, node.kind === 'loop' && child !== node.range ? 2 : weight);
    }
  };
  count(root, 1);
  return mentions;
}
