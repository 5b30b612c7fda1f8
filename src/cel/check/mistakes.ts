import type { Range } from '../../diagnostic/range.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import type { FunctionDeclaration } from '../library/function.ts';
import { MACROS, type MacroDeclaration } from '../library/macros.ts';
import { dashedName, foreignCall, foreignField, foreignName } from '../syntax/foreign.ts';
import { MAX_PROBLEMS, type Problem, problem } from '../syntax/problem.ts';
import type { CallNode, Node } from '../syntax/tree.ts';
import { ERROR, formatType, type Type } from '../value/type.ts';
import type { Environment } from './environment.ts';
import { operandHelp } from './operand-help.ts';

/** Forms of a function that a message shows. */
const MAX_FORMS = 4;

/** The mistakes of one expression, in the author's words. Each method tells one, and gives the type of what is wrong. */
export class Mistakes {
  readonly #source: string;
  readonly #environment: Environment;
  readonly #told: Problem[] = [];

  constructor(source: string, environment: Environment) {
    this.#source = source;
    this.#environment = environment;
  }

  get told(): readonly Problem[] {
    return this.#told.toSorted((a, b) => a.start - b.start).slice(0, MAX_PROBLEMS);
  }

  type(place: Range, message: string, help?: string): Type {
    return this.#tell('cel_type', place, message, help);
  }

  /** Whether what else is wrong would not be shown. */
  get #isFull(): boolean {
    return this.#told.length >= 10 * MAX_PROBLEMS;
  }

  #tell(code: Problem['code'], place: Range, message: string, help?: string): Type {
    this.#told.push(problem(code, place, message, help));
    return ERROR;
  }

  /** `locals` are the variables of comprehensions and bindings around. */
  unknownName(node: Node & { kind: 'name' }, locals: readonly string[]): Type {
    if (this.#isFull) return ERROR;
    const { name, start } = node;
    const help = dashedName(this.#source, start) ?? this.#nameHelp(name, locals);
    // `headers.x-tenant-id` subtracts two names, and is one mistake.
    const isTold = this.#told.some((told) => told.help === help && told.end + 1 === start);
    return isTold ? ERROR : this.#tell('cel_unknown_name', node, `unknown name \`${name}\``, help);
  }

  #nameHelp(name: string, locals: readonly string[]): string {
    const foreign = foreignName(name);
    if (foreign !== undefined) return foreign;
    const roots = [...new Set([...locals, ...this.#environment.roots.keys()])];
    // `method` alone: the root is forgotten.
    const near =
      this.#namesEnding(name)[0] ??
      nearest(name, [...roots, ...this.#environment.namespaces]) ??
      this.#nearestField(name);
    if (near !== undefined) return meant(near);
    // `request.method == GET`
    const quotes = /^[A-Z]+$/.test(name) ? `text stands in quotes: \`'${name}'\`; ` : '';
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

  unknownField(place: Range, { name: object, fields }: Type & { kind: 'object' }, field: string): Type {
    const near = nearest(field, fields.keys());
    // `request.ip`: a field of another object.
    const [elsewhere = near && `${object}.${near}`] = this.#namesEnding(field);
    const help = elsewhere === undefined ? `\`${object}\` has ${quoted(fields.keys())}` : meant(elsewhere);
    return this.#tell('cel_unknown_name', place, `unknown name \`${object}.${field}\``, help);
  }

  noFields(place: Range, type: string, field: string): Type {
    return this.type(place, `\`${type}\` has no fields`, foreignField(field));
  }

  computedField(place: Range, { name }: Type & { kind: 'object' }): Type {
    return this.type(
      place,
      `the fields of \`${name}\` are read by their names`,
      `write it as in \`${name}.x\``,
    );
  }

  /** Tells of a call that has the name of a macro, and is not written as one. */
  misusedMacro(node: CallNode, locals: readonly string[]): boolean {
    const name = this.#fullName(node, locals);
    const macro = macroOf(name);
    if (macro === undefined || this.#environment.functions.has(name)) return false;
    const forms = macro.forms.map((written) => `\`${written}\``).join(' or ');
    this.type(node.nameAt, `\`${name}\` takes other arguments`, `it is written ${forms}`);
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
    return this.#tell('cel_unknown_name', nameAt, message, help);
  }

  /** `request.method()`, `now()` */
  #isValue({ receiver, name, args }: CallNode, locals: readonly string[]): boolean {
    if (args.length > 0) return false;
    if (receiver === undefined) return locals.includes(name) || this.#environment.roots.has(name);
    return receiver.kind === 'name' && this.#environment.names.has(`${receiver.name}.${name}`);
  }

  /** The name of what is called, with its namespace if it stands in one that no variable hides. */
  #fullName({ name, receiver }: CallNode, locals: readonly string[]): string {
    if (receiver?.kind !== 'name' || !this.#environment.namespaces.has(receiver.name)) return name;
    const isHidden = this.#environment.roots.has(receiver.name) || locals.includes(receiver.name);
    return isHidden ? name : `${receiver.name}.${name}`;
  }

  #unknownMember(name: string, place: Range): Type {
    const dot = name.indexOf('.') + 1;
    const members = this.#names(false)
      .filter((each) => each.startsWith(name.slice(0, dot)))
      .map((each) => each.slice(dot));
    const near = nearest(name.slice(dot), members);
    const help =
      near === undefined
        ? `there is ${quoted(members.map((each) => name.slice(0, dot) + each))}`
        : meant(name.slice(0, dot) + near);
    return this.#tell('cel_unknown_name', place, `unknown function \`${name}\``, help);
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
    return near === undefined ? undefined : meant(near);
  }

  /** What can be called as a method, macros included, or as a function. */
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
      return this.#tell('cel_unknown_name', node.nameAt, `unknown ${what} \`${declaration.name}\``, help);
    }
    const written = forms.slice(0, MAX_FORMS).map((each) => `\`${each}\``);
    const rest = forms.length > MAX_FORMS ? ' and others' : '';
    const isListOfTexts = declaration.name === 'contains' && types[0]?.kind === 'list';
    const help = isListOfTexts
      ? 'an element of a list is found by `x in list`'
      : `there is ${written.join(', ')}${rest}`;
    return this.type(node, `there is no \`${form(declaration.name, shown, isMethod)}\``, help);
  }

  #badIndex({ index, operand }: Node & { kind: 'index' }, types: readonly Type[]): Type {
    const [container, key] = types;
    const of = container?.kind === 'optional' ? container.of : container;
    const given = key === undefined ? '' : formatType(key);
    if (of?.kind === 'list') return this.type(index, `the index of a list is an int, not \`${given}\``);
    if (of?.kind === 'map') {
      return this.type(
        index,
        `the keys of \`${formatType(of)}\` are \`${formatType(of.key)}\`, not \`${given}\``,
      );
    }
    return this.type(operand, `\`${container === undefined ? '' : formatType(container)}\` has no elements`);
  }

  branches(place: Range, yes: string, no: string): Type {
    const message = `the branches of \`?:\` have different types, \`${yes}\` and \`${no}\``;
    return this.type(place, message, 'convert one, or let both be of any type: `dyn(x)`');
  }

  message({ name, nameAt }: Node & { kind: 'message' }): Type {
    const help = "a map is written `{'key': value}`";
    return this.#tell('cel_unknown_name', nameAt, `unknown message \`${name}\``, help);
  }

  /** Tells of a key to sort by that has no order. */
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

function meant(name: string): string {
  return `did you mean \`${name}\`?`;
}

function quoted(names: Iterable<string>): string {
  return [...names].map((name) => `\`${name}\``).join(', ');
}
