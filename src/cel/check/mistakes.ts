import type { Range } from '../../diagnostic/range.ts';
import { nearest, quoted } from '../../diagnostic/suggest.ts';
import type { FunctionDeclaration } from '../library/function.ts';
import { MACROS, type MacroDeclaration } from '../library/macros.ts';
import { dashedName, foreignCall, foreignField, foreignMember, foreignName } from '../syntax/foreign.ts';
import { MAX_PROBLEMS, type Problem, problem } from '../syntax/problem.ts';
import type { CallNode, Node } from '../syntax/tree.ts';
import { ERROR, formatType, type Type } from '../value/type.ts';
import type { Environment } from './environment.ts';
import { operandHelp } from './operand-help.ts';

/** Maximum number of overloads in a message. */
const MAX_FORMS = 4;

/** Mistakes of one expression. Each method reports one, and returns the type of the mistaken part. */
export class Mistakes {
  readonly #source: string;
  readonly #environment: Environment;
  readonly #problems: Problem[] = [];

  constructor(source: string, environment: Environment) {
    this.#source = source;
    this.#environment = environment;
  }

  get problems(): readonly Problem[] {
    return this.#problems.toSorted((a, b) => a.start - b.start).slice(0, MAX_PROBLEMS);
  }

  type(range: Range, message: string, help?: string): Type {
    return this.#report('cel_type', range, message, help);
  }

  /** True if further mistakes would not be shown. */
  get #isFull(): boolean {
    return this.#problems.length >= 10 * MAX_PROBLEMS;
  }

  #report(code: Problem['code'], range: Range, message: string, help?: string): Type {
    this.#problems.push(problem(code, range, message, help));
    return ERROR;
  }

  /** `locals` are the variables of enclosing comprehensions and bindings. */
  unknownName(node: Node & { kind: 'name' }, locals: readonly string[]): Type {
    if (this.#isFull) return ERROR;
    const { name, start } = node;
    const help = dashedName(this.#source, start) ?? this.#nameHelp(name, locals);
    // `headers.x-tenant-id` subtracts two names, but is one mistake.
    const isReported = this.#problems.some((each) => each.help === help && each.end + 1 === start);
    return isReported ? ERROR : this.#report('cel_unknown_name', node, `unknown name \`${name}\``, help);
  }

  #nameHelp(name: string, locals: readonly string[]): string {
    const foreign = foreignName(name);
    if (foreign !== undefined) return foreign;
    const roots = [...new Set([...locals, ...this.#environment.roots.keys()])];
    // `method` alone, without its root.
    const near =
      this.#namesEnding(name)[0] ??
      nearest(name, [...roots, ...this.#environment.namespaces]) ??
      this.#nearestField(name);
    if (near !== undefined) return didYouMean(near);
    // `request.method == GET`
    const quotes = /^[A-Z]+$/.test(name) ? `strings are written in quotes: \`'${name}'\`; ` : '';
    return `${quotes}known here: ${quoted(roots)}`;
  }

  /** Declared names that end with a field. */
  #namesEnding(field: string): readonly string[] {
    return [...this.#environment.names.keys()].filter((each) => each.endsWith(`.${field}`));
  }

  #nearestField(name: string): string | undefined {
    const dotted = [...this.#environment.names.keys()];
    const field = nearest(
      name,
      dotted.map((each) => each.slice(each.lastIndexOf('.') + 1)),
    );
    return field === undefined ? undefined : this.#namesEnding(field)[0];
  }

  unknownField(range: Range, { name: object, fields }: Type & { kind: 'object' }, field: string): Type {
    const near = nearest(field, fields.keys());
    // `request.ip`: a field of another object.
    const [elsewhere = near && `${object}.${near}`] = this.#namesEnding(field);
    const help =
      elsewhere === undefined ? `\`${object}\` has ${quoted(fields.keys())}` : didYouMean(elsewhere);
    return this.#report('cel_unknown_name', range, `unknown name \`${object}.${field}\``, help);
  }

  noFields(range: Range, type: string, field: string): Type {
    return this.type(range, `\`${type}\` has no fields`, foreignField(field));
  }

  computedField(range: Range, { name }: Type & { kind: 'object' }): Type {
    return this.type(
      range,
      `the fields of \`${name}\` can only be read by name`,
      `write it as in \`${name}.x\``,
    );
  }

  /** Reports a call with the name of a macro, but not in its form; false for any other call. */
  misusedMacro(node: CallNode, locals: readonly string[]): boolean {
    const name = this.#fullName(node, locals);
    const macro = macroOf(name);
    if (macro === undefined || this.#environment.functions.has(name)) return false;
    const forms = macro.forms.map((written) => `\`${written}\``).join(' or ');
    this.type(node.nameAt, `\`${name}\` takes other arguments`, `write it as ${forms}`);
    return true;
  }

  unknownFunction(node: CallNode, locals: readonly string[]): Type {
    if (this.#isFull) return ERROR;
    const { name, receiver, nameAt } = node;
    const full = this.#fullName(node, locals);
    if (full !== name) return this.#unknownMember(full, nameAt);
    const isMethod = receiver !== undefined;
    const message = `unknown ${isMethod ? 'method' : 'function'} \`${name}\``;
    const help = this.#isValue(node, locals)
      ? `\`${name}\` is a value: write it without parentheses`
      : this.#callHelp(name, isMethod);
    return this.#report('cel_unknown_name', nameAt, message, help);
  }

  /** `request.method()`, `now()` */
  #isValue({ receiver, name, args }: CallNode, locals: readonly string[]): boolean {
    if (args.length > 0) return false;
    if (receiver === undefined) return locals.includes(name) || this.#environment.roots.has(name);
    return receiver.kind === 'name' && this.#environment.names.has(`${receiver.name}.${name}`);
  }

  /** Name of the called function, with its namespace unless a variable hides it. */
  #fullName({ name, receiver }: CallNode, locals: readonly string[]): string {
    if (receiver?.kind !== 'name' || !this.#environment.namespaces.has(receiver.name)) return name;
    const isHidden = this.#environment.roots.has(receiver.name) || locals.includes(receiver.name);
    return isHidden ? name : `${receiver.name}.${name}`;
  }

  #unknownMember(name: string, range: Range): Type {
    const dot = name.indexOf('.') + 1;
    const members = this.#names(false)
      .filter((each) => each.startsWith(name.slice(0, dot)))
      .map((each) => each.slice(dot));
    const near = nearest(name.slice(dot), members);
    const meant = foreignMember(name) ?? (near && name.slice(0, dot) + near);
    const help =
      meant === undefined
        ? `known functions: ${quoted(members.map((each) => name.slice(0, dot) + each))}`
        : didYouMean(meant);
    return this.#report('cel_unknown_name', range, `unknown function \`${name}\``, help);
  }

  #callHelp(name: string, isMethod: boolean): string | undefined {
    if (this.#names(!isMethod).includes(name)) {
      return isMethod
        ? `\`${name}\` is a function: write \`${name}(x)\``
        : `\`${name}\` is a method: write \`x.${name}(...)\``;
    }
    const foreign = foreignCall(name);
    if (foreign !== undefined) return foreign;
    const near = nearest(name, this.#names(isMethod));
    return near === undefined ? undefined : didYouMean(near);
  }

  /** Names that can be called as a method, macros included, or as a function. */
  #names(isMethod: boolean): readonly string[] {
    const declared = [...this.#environment.functions.values()]
      .filter(({ overloads }) => overloads.some((overload) => overload.isMethod === isMethod))
      .map(({ name }) => name)
      .filter((name) => /^[A-Za-z]/.test(name));
    const macros = Object.keys(MACROS).filter((name) => (name === 'has' || name.includes('.')) !== isMethod);
    return [...declared, ...macros];
  }

  noOverload(
    node: Node & { kind: 'call' | 'operator' | 'index' },
    declaration: FunctionDeclaration,
    isMethod: boolean,
    types: readonly Type[],
  ): Type {
    const shown = types.map(formatType);
    if (node.kind === 'index') return this.#badIndex(node, types);
    if (node.kind === 'operator') {
      const taken = shown.map((type) => `\`${type}\``).join(' and ');
      const help = operandHelp(node, shown);
      return this.type(node, `\`${node.operator}\` does not take ${taken}`, help);
    }
    const forms = declaration.overloads
      .filter((overload) => overload.isMethod === isMethod)
      .map(({ parameters }) => form(declaration.name, parameters.map(formatType), isMethod));
    if (forms.length === 0) {
      const help = this.#callHelp(declaration.name, isMethod);
      const what = isMethod ? 'method' : 'function';
      return this.#report('cel_unknown_name', node.nameAt, `unknown ${what} \`${declaration.name}\``, help);
    }
    const written = forms.slice(0, MAX_FORMS).map((each) => `\`${each}\``);
    const rest = forms.length > MAX_FORMS ? ' and others' : '';
    const isListOfTexts = declaration.name === 'contains' && types[0]?.kind === 'list';
    const help = isListOfTexts
      ? 'to test for an element of a list, write `x in list`'
      : `known overloads: ${written.join(', ')}${rest}`;
    return this.type(node, `unknown overload \`${form(declaration.name, shown, isMethod)}\``, help);
  }

  #badIndex({ index, operand }: Node & { kind: 'index' }, types: readonly Type[]): Type {
    const [container, key] = types;
    const of = container?.kind === 'optional' ? container.of : container;
    const given = key === undefined ? '' : formatType(key);
    if (of?.kind === 'list') return this.type(index, `the index of a list must be an int, not \`${given}\``);
    if (of?.kind === 'map') {
      return this.type(
        index,
        `the keys of \`${formatType(of)}\` are \`${formatType(of.key)}\`, not \`${given}\``,
      );
    }
    return this.type(operand, `\`${container === undefined ? '' : formatType(container)}\` has no elements`);
  }

  branches(range: Range, yes: string, no: string): Type {
    const message = `the branches of \`?:\` have different types, \`${yes}\` and \`${no}\``;
    return this.type(range, message, 'convert one, or give both the type `dyn` with `dyn(x)`');
  }

  message({ name, nameAt }: Node & { kind: 'message' }): Type {
    const help = "write a map as `{'key': value}`";
    return this.#report('cel_unknown_name', nameAt, `unknown message \`${name}\``, help);
  }

  /** Reports a sort key whose type has no order. */
  orderless(node: Node, type: Type): void {
    if (['list', 'map', 'null', 'optional', 'object', 'opaque', 'type'].includes(type.kind)) {
      this.type(node, `\`${formatType(type)}\` has no order`);
    }
  }
}

function macroOf(name: string): MacroDeclaration | undefined {
  return Object.hasOwn(MACROS, name) ? MACROS[name as keyof typeof MACROS] : undefined;
}

function form(name: string, types: readonly string[], isMethod: boolean): string {
  const [receiver = '', ...rest] = types;
  return isMethod ? `${receiver}.${name}(${rest.join(', ')})` : `${name}(${types.join(', ')})`;
}

function didYouMean(name: string): string {
  return `did you mean \`${name}\`?`;
}
