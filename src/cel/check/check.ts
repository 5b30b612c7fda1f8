import type { Advice } from '../../diagnostic/advice.ts';
import type { FunctionDeclaration, Overload } from '../library/function.ts';
import type { Parsed } from '../syntax/parse.ts';
import type { CallNode, Node, SelectNode } from '../syntax/tree.ts';
import { TypeValue } from '../value/boxed.ts';
import { isInt, Uint } from '../value/number.ts';
import { BOOL, DYN, ERROR, formatType, INT, NULL, STRING, sameType, type Type } from '../value/type.ts';
import { alternativesHelp } from './alternatives.ts';
import { Assignment } from './assignment.ts';
import { type Checked, operatorName, type Reference } from './checked.ts';
import { type Checking, find, localNames, optional, type Scope, unwrap } from './checking.ts';
import { checkList, checkLoop, checkMap, checkOptionalMap } from './collections.ts';
import type { Environment } from './environment.ts';
import { checkMessage } from './messages.ts';
import { Mistakes } from './mistakes.ts';
import { lookupConstant, lookupFunction, lookupType, lookupVariable, qualifiedName } from './names.ts';

/**
 * Determines the type of every node, and reports every mistake. Total: a mistaken part has the type `error`, which
 * fits everywhere.
 */
export function check(source: string, { root, size }: Parsed, environment: Environment): Checked {
  const checker = new Checker(source, root, environment, size);
  checker.check(root, undefined);
  return checker.finish(root);
}

class Checker implements Checking {
  readonly #environment: Environment;
  readonly assignment = new Assignment();
  readonly mistakes: Mistakes;
  readonly #source: string;
  readonly #types: (Type | undefined)[];
  readonly #references: (Reference | undefined)[];

  constructor(source: string, root: Node, environment: Environment, size: number) {
    this.#source = source;
    this.#environment = environment;
    this.mistakes = new Mistakes(source, root, environment);
    this.#types = Array.from({ length: size });
    this.#references = Array.from({ length: size });
  }

  finish(root: Node): Checked {
    return {
      source: this.#source,
      root,
      types: this.#types.map((type) => type && this.assignment.resolve(type, { toDyn: true })),
      references: this.#references,
      problems: this.mistakes.problems,
    };
  }

  check(node: Node, scope: Scope | undefined): Type {
    const type = this.#typeOf(node, scope);
    this.#types[node.id] = type;
    return type;
  }

  #typeOf(node: Node, scope: Scope | undefined): Type {
    switch (node.kind) {
      case 'literal':
        return node.type ?? literalType(node.value);
      case 'name':
        return this.#checkName(node, scope);
      case 'select':
        return this.#checkSelect(node, scope);
      case 'has':
        this.#checkField(node, node.operand, scope);
        return BOOL;
      case 'index':
        return this.#checkIndex(node, scope);
      case 'call':
        return this.#checkCall(node, scope);
      case 'operator': {
        const operands = node.operands.map((operand) => this.check(operand, scope));
        return this.#resolveOperator(node, operands);
      }
      case 'logic':
        for (const operand of node.operands) {
          const message = (type: string) => `\`${node.operator}\` takes \`bool\`, not \`${type}\``;
          this.checkBool(operand, scope, message, alternativesHelp(this.#source, node, operand));
        }
        return BOOL;
      case 'condition':
        return this.#checkCondition(node, scope);
      case 'list':
        return checkList(this, node, scope);
      case 'map':
        return checkMap(this, node, scope);
      case 'message': {
        const { type, reference } = checkMessage(this, this.#environment, node, scope);
        this.#references[node.id] = reference;
        return type;
      }
      case 'loop':
        return checkLoop(this, node, scope);
      case 'bind': {
        const type = this.check(node.value, scope);
        return this.check(node.body, { name: node.variable, type, outer: scope });
      }
      case 'optional_map':
        return checkOptionalMap(this, node, scope);
      case 'missing':
        return ERROR;
    }
  }

  #checkName(node: Node & { kind: 'name' }, scope: Scope | undefined): Type {
    const local = node.isRooted ? undefined : find(scope, node.name);
    if (local !== undefined) {
      this.#references[node.id] = { kind: 'local', name: node.name };
      return local.type;
    }
    return (
      this.#resolveQualified(node, node.name, node.isRooted) ??
      this.mistakes.unknownName(node, localNames(scope))
    );
  }

  /** The type of a declared variable, a type or a value of an enum, by its whole dotted name; undefined if there is none. */
  #resolveQualified(node: Node, name: string, isRooted: boolean): Type | undefined {
    const variable = lookupVariable(this.#environment, name, isRooted);
    if (variable !== undefined) {
      const { name: declared, found: type } = variable;
      this.#references[node.id] = { kind: 'variable', path: [declared], type };
      return type;
    }
    const type = lookupType(this.#environment, name, isRooted);
    if (type !== undefined) {
      this.#references[node.id] = { kind: 'type', value: new TypeValue(type.name) };
      return { kind: 'type', of: type.found };
    }
    const constant = lookupConstant(this.#environment, name, isRooted);
    if (constant !== undefined) this.#references[node.id] = { kind: 'constant', value: constant.value };
    return constant?.type;
  }

  #checkSelect(node: SelectNode, scope: Scope | undefined): Type {
    const qualified = qualifiedName(node);
    if (qualified !== undefined) {
      const { root, name } = qualified;
      const isLocal = !root.isRooted && find(scope, root.name) !== undefined;
      const type = isLocal ? undefined : this.#resolveQualified(node, name, root.isRooted);
      if (type !== undefined) return type;
    }
    const type = this.#checkField(node, node.operand, scope);
    const isOfOptional = this.assignment.resolve(this.#typeAt(node.operand)).kind === 'optional';
    return (node.isOptional || isOfOptional) && type.kind !== 'error' ? optional(type) : type;
  }

  /** The type of a field. A field of a declared name is a declared name as well. */
  #checkField(node: Node & { kind: 'select' | 'has' }, operand: Node, scope: Scope | undefined): Type {
    const target = unwrap(this.assignment.resolve(this.check(operand, scope)));
    const type = this.#fieldType(node, target, node.field);
    this.#extendPath(node, operand, node.field, type);
    return type;
  }

  #extendPath(node: Node, operand: Node, field: string, type: Type): void {
    const reference = this.#references[operand.id];
    if (reference?.kind !== 'variable' || reference.type.kind !== 'object' || type.kind === 'error') return;
    // An optional of the object is read at evaluation time.
    if ('isOptional' in operand && operand.isOptional) return;
    this.#references[node.id] = { kind: 'variable', path: [...reference.path, field], type };
  }

  #typeAt(node: Node): Type {
    return this.#types[node.id] ?? ERROR;
  }

  #fieldType(node: Node & { kind: 'select' | 'has' }, target: Type, field: string): Type {
    switch (target.kind) {
      case 'map':
        return target.value;
      case 'object':
        return target.fields.get(field) ?? this.mistakes.unknownField(node.fieldAt, target, field);
      case 'message':
        return (
          this.#environment.messages?.fieldOf(target.name, field) ??
          this.mistakes.unknownMessageField(node.fieldAt, target.name, field)
        );
      case 'parameter':
        this.assignment.assign(DYN, target);
        return DYN;
      case 'dyn':
        return DYN;
      case 'error':
        return ERROR;
      default:
        return this.mistakes.noFields(node.fieldAt, this.show(target), field);
    }
  }

  /** As the operator of the function table; a string literal is the name of a field if the operand is an object. */
  #checkIndex(node: Node & { kind: 'index' }, scope: Scope | undefined): Type {
    const operand = this.check(node.operand, scope);
    const index = this.check(node.index, scope);
    const resolved = this.assignment.resolve(operand);
    const target = unwrap(resolved);
    if (target.kind !== 'object') return this.#resolveOperator(node, [operand, index]);
    if (node.index.kind !== 'literal' || typeof node.index.value !== 'string') {
      return this.mistakes.computedField(node.index, target);
    }
    const field = node.index.value;
    const type = target.fields.get(field) ?? this.mistakes.unknownField(node.index, target, field);
    this.#extendPath(node, node.operand, field, type);
    const isOptional = node.isOptional || resolved.kind === 'optional';
    return isOptional && type.kind !== 'error' ? optional(type) : type;
  }

  #checkCall(node: CallNode, scope: Scope | undefined): Type {
    const { receiver, name, isRooted } = node;
    // The arguments of a misused macro may contain its variables.
    if (this.mistakes.misusedMacro(node, localNames(scope))) return ERROR;
    if (receiver !== undefined && !this.#isInNamespace(receiver, name, scope)) {
      return this.#checkMethod(node, receiver, scope);
    }
    const args = node.args.map((arg) => this.check(arg, scope));
    const namespace = receiver && qualifiedName(receiver);
    const [full, isFullRooted] =
      namespace === undefined ? [name, isRooted] : [`${namespace.name}.${name}`, namespace.root.isRooted];
    const declaration = lookupFunction(this.#environment, full, isFullRooted);
    if (declaration === undefined) return this.mistakes.unknownFunction(node, localNames(scope));
    const isNamespaced = namespace !== undefined;
    return this.#resolve(node, declaration, args, { isMethod: false, isNamespaced });
  }

  /**
   * True if the receiver is not a value, but the namespace of the called function. A function of that name takes
   * precedence over variables.
   */
  #isInNamespace(receiver: Node, called: string, scope: Scope | undefined): boolean {
    const namespace = qualifiedName(receiver);
    if (namespace === undefined) return false;
    const { root, name } = namespace;
    if (lookupFunction(this.#environment, `${name}.${called}`, root.isRooted) !== undefined) return true;
    return find(scope, root.name) === undefined && this.#environment.namespaces.has(name);
  }

  #checkMethod(node: CallNode, receiver: Node, scope: Scope | undefined): Type {
    const declaration = lookupFunction(this.#environment, node.name, false);
    // In `list.some(x, ...)`, `x` is unknown because the intended macro is.
    const [variable] = node.args;
    const looksLikeMacro =
      declaration === undefined &&
      node.args.length > 1 &&
      variable !== undefined &&
      !this.#isKnown(variable, scope);
    const args = looksLikeMacro ? [] : node.args.map((arg) => this.check(arg, scope));
    const type = this.check(receiver, scope);
    if (type.kind === 'error') return ERROR;
    if (declaration === undefined) return this.mistakes.unknownFunction(node, localNames(scope), type);
    return this.#resolve(node, declaration, [type, ...args], { isMethod: true, isNamespaced: false });
  }

  #isKnown(node: Node, scope: Scope | undefined): boolean {
    if (node.kind !== 'name' || find(scope, node.name) !== undefined) return true;
    return lookupVariable(this.#environment, node.name, node.isRooted) !== undefined;
  }

  #resolveOperator(node: Node & { kind: 'operator' | 'index' }, operands: readonly Type[]): Type {
    const declaration = this.#environment.functions.get(operatorName(node));
    if (declaration === undefined) return ERROR;
    return this.#resolve(node, declaration, operands, { isMethod: false, isNamespaced: false });
  }

  /** Collects the matching overloads of a function. Returns their type, or `dyn` if they differ. */
  #resolve(
    node: Node & { kind: 'call' | 'operator' | 'index' },
    declaration: FunctionDeclaration,
    operands: readonly Type[],
    { isMethod, isNamespaced }: { readonly isMethod: boolean; readonly isNamespaced: boolean },
  ): Type {
    const overloads: Overload[] = [];
    let result: Type | undefined;
    for (const overload of declaration.overloads) {
      if (overload.isMethod !== isMethod || overload.parameters.length !== operands.length) continue;
      const { parameters, result: given, typeParameters } = overload;
      const [type = ERROR, ...required] = this.assignment.instantiate([given, ...parameters], typeParameters);
      if (!this.assignment.assignAll(operands, required)) continue;
      overloads.push(overload);
      const resolved = this.assignment.resolve(type);
      if (result === undefined) result = resolved;
      else if (result.kind !== 'dyn' && !sameType(result, resolved)) result = DYN;
    }
    this.#references[node.id] = { kind: 'function', declaration, overloads, isNamespaced };
    if (result !== undefined) return result;
    const shown = operands.map((type) => this.assignment.resolve(type, { toDyn: true }));
    if (shown.some(({ kind }) => kind === 'error')) return ERROR;
    return this.mistakes.noOverload(node, declaration, isMethod, shown);
  }

  #checkCondition(node: Node & { kind: 'condition' }, scope: Scope | undefined): Type {
    this.checkBool(node.test, scope);
    const yes = this.check(node.yes, scope);
    const no = this.check(node.no, scope);
    const either = this.assignment.unknown();
    if (this.assignment.assignAll([yes, no], [either, either])) return this.assignment.resolve(either);
    return this.mistakes.branches(node, this.show(yes), this.show(no));
  }

  checkBool(
    node: Node,
    scope: Scope | undefined,
    message = (type: string) => `a condition must be \`bool\`, not \`${type}\``,
    help?: Advice | string,
  ): void {
    const type = this.check(node, scope);
    if (!this.assignment.assign(type, BOOL)) this.mistakes.type(node, message(this.show(type)), help);
  }

  show(type: Type): string {
    return formatType(this.assignment.resolve(type, { toDyn: true }));
  }
}

function literalType(value: unknown): Type {
  if (value === null) return NULL;
  if (typeof value === 'string') return STRING;
  if (typeof value === 'boolean') return BOOL;
  if (value instanceof Uint8Array) return { kind: 'bytes' };
  if (value instanceof Uint) return { kind: 'uint' };
  return isInt(value) ? INT : { kind: 'double' };
}
