import type { Advice } from '../../diagnostic/advice.ts';
import type { Range } from '../../diagnostic/range.ts';
import { nearest, quoted } from '../../diagnostic/suggest.ts';
import type { FunctionDeclaration } from '../library/function.ts';
import { MACROS, type MacroDeclaration } from '../library/macros.ts';
import { printName } from '../syntax/block.ts';
import { dashedName, foreignField, foreignMember, foreignName } from '../syntax/foreign.ts';
import { MAX_PROBLEMS, type Problem, problem } from '../syntax/problem.ts';
import type { CallNode, Node } from '../syntax/tree.ts';
import { ERROR, formatType, type Type } from '../value/type.ts';
import { callHelp } from './call-help.ts';
import type { Environment } from './environment.ts';
import { constantNamed, enumMistake, fieldOfIndex, memberHelp, messageHelp } from './message-help.ts';
import { qualifiedName } from './names.ts';
import { operandHelp } from './operand-help.ts';
import { around, textOf, writeInstead } from './rewrite.ts';

/** Maximum number of overloads in a message. */
const MAX_FORMS = 4;

/** Mistakes of one expression. Each method reports one, and returns the type of the mistaken part. */
export class Mistakes {
  readonly #source: string;
  readonly #root: Node;
  readonly #environment: Environment;
  readonly #problems: Problem[] = [];

  constructor(source: string, root: Node, environment: Environment) {
    this.#source = source;
    this.#root = root;
    this.#environment = environment;
  }

  get problems(): readonly Problem[] {
    return this.#problems.toSorted((a, b) => a.start - b.start).slice(0, MAX_PROBLEMS);
  }

  type(range: Range, message: string, help?: string | Advice): Type {
    return this.#report('cel_type', range, message, help);
  }

  /** True if further mistakes would not be shown. */
  get #isFull(): boolean {
    return this.#problems.length >= 10 * MAX_PROBLEMS;
  }

  #report(code: Problem['code'], range: Range, message: string, help?: string | Advice): Type {
    this.#problems.push(problem(code, range, message, help));
    return ERROR;
  }

  /** `locals` are the variables of enclosing comprehensions and bindings. */
  unknownName(node: Node & { kind: 'name' }, locals: readonly string[]): Type {
    if (this.#isFull) return ERROR;
    const { name, start } = node;
    const value = enumMistake(this.#root, node, this.#environment);
    if (value !== undefined) return this.#report('cel_unknown_name', value.range, value.message, value);
    const dashed = dashedName(this.#source, start);
    // `headers.x-tenant-id` subtracts two names, but is one mistake.
    const isReported = this.#problems.some(({ help, end }) => help === dashed?.help && end + 1 === start);
    if (isReported && dashed !== undefined) return ERROR;
    const help =
      dashed ?? this.#anyElement(node) ?? this.#namespacedCall(node) ?? this.#nameHelp(name, locals);
    const shown = printName(name);
    return this.#report('cel_unknown_name', node, `unknown name \`${shown}\``, help);
  }

  /** Help for `list[_] == x` of Rego. */
  #anyElement(node: Node & { kind: 'name' }): Advice | undefined {
    if (node.name !== '_') return undefined;
    const index = around(this.#root, node, ({ kind }) => kind === 'index');
    const test = around(this.#root, node, (each) => each.kind === 'operator' && each.operator === '==');
    if (index?.kind !== 'index' || test?.kind !== 'operator') return undefined;
    const other = test.operands.find((operand) => operand !== undefined && operand.id !== index.id);
    if (other === undefined || !test.operands.some((operand) => operand?.id === index.id)) return undefined;
    const text = `${textOf(this.#source, other)} in ${textOf(this.#source, index.operand)}`;
    return writeInstead(this.#source, test, text, { isOperation: true });
  }

  /** Help for a function of another language in a namespace of its own, such as `time.now_ns()`. */
  #namespacedCall(node: Node): Advice | string | undefined {
    const call = around(this.#root, node, ({ kind }) => kind === 'call');
    const receiver = call?.kind === 'call' ? call.receiver : undefined;
    const namespace = receiver && qualifiedName(receiver);
    if (call?.kind !== 'call' || namespace?.root.id !== node.id) return undefined;
    const name = `${namespace.name}.${call.name}`;
    return callHelp({
      source: this.#source,
      node: call,
      name,
      operands: call.args,
      functions: [],
      methods: [],
    });
  }

  #nameHelp(name: string, locals: readonly string[]): string {
    const foreign = foreignName(name) ?? constantNamed(name, this.#environment);
    if (foreign !== undefined) return foreign === foreignName(name) ? foreign : didYouMean(foreign);
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
    // `request.ip`: a field of another object. Names that the author declares are rather misspelt.
    const [elsewhere] = near !== undefined && AUTHORS.has(object) ? [] : this.#namesEnding(field);
    const meant = elsewhere ?? (near && `${object}.${near}`);
    const help =
      meant === undefined
        ? `\`${object}\` has ${quoted(fields.keys())}`
        : this.#replaceMember(range, object, meant);
    return this.#report('cel_unknown_name', range, `unknown name \`${object}.${field}\``, help);
  }

  /** Help that replaces `object.field`, of which the range is the field. */
  #replaceMember({ start, end }: Range, object: string, meant: string): Advice {
    const [before] = /[\w.]+\.\s*$/.exec(this.#source.slice(0, start)) ?? [];
    const isWhole = before?.trim() === `${object}.`;
    const edit = isWhole ? { start: start - before.length, end, text: meant } : undefined;
    return { help: didYouMean(meant), edit };
  }

  noFields(range: Range, type: string, field: string): Type {
    const hours =
      type === 'timestamp'
        ? 'read a part of a time with `x.getHours()`, `x.getDayOfWeek()` and the like'
        : undefined;
    const value = type.startsWith('wrapper(') ? 'a wrapper is its value, or `null`' : undefined;
    return this.type(range, `\`${type}\` has no fields`, hours ?? value ?? foreignField(field));
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

  /** `type` is that of the receiver of a method. */
  unknownFunction(node: CallNode, locals: readonly string[], type?: Type): Type {
    if (this.#isFull) return ERROR;
    const { name, receiver, nameAt } = node;
    const full = this.#fullName(node, locals);
    if (full !== name) return this.#unknownMember(full, node);
    const isMethod = receiver !== undefined;
    const message = `unknown ${isMethod ? 'method' : 'function'} \`${name}\``;
    const isField = node.args.length === 0 && this.#hasField(type, name);
    const help =
      isField || this.#isValue(node, locals)
        ? {
            help: `\`${name}\` is a value: write it without parentheses`,
            edit: { start: nameAt.end, end: node.end, text: '' },
          }
        : this.#callHelp(node);
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

  #unknownMember(name: string, node: CallNode): Type {
    const dot = name.indexOf('.') + 1;
    const members = this.#names(false)
      .filter((each) => each.startsWith(name.slice(0, dot)))
      .map((each) => each.slice(dot));
    const near = nearest(name.slice(dot), members);
    const meant = foreignMember(name) ?? (near && name.slice(0, dot) + near);
    const range = { start: node.receiver?.start ?? node.nameAt.start, end: node.nameAt.end };
    const help =
      callHelp({ source: this.#source, node, name, operands: node.args, functions: [], methods: [] }) ??
      (meant === undefined
        ? `known functions: ${quoted(members.map((each) => name.slice(0, dot) + each))}`
        : { help: didYouMean(meant), edit: { ...range, text: meant } });
    return this.#report('cel_unknown_name', node.nameAt, `unknown function \`${name}\``, help);
  }

  #callHelp(node: CallNode): Advice | string | undefined {
    const { name, receiver, args } = node;
    return callHelp({
      source: this.#source,
      node,
      name,
      operands: receiver === undefined ? args : [receiver, ...args],
      functions: this.#names(false),
      methods: this.#names(true),
    });
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
      const help = operandHelp({
        source: this.#source,
        root: this.#root,
        node,
        types: shown,
        constantOf: (name) => constantNamed(name, this.#environment),
      });
      return this.type(node, `\`${node.operator}\` does not take ${taken}`, help);
    }
    const forms = declaration.overloads
      .filter((overload) => overload.isMethod === isMethod)
      .map(({ parameters }) => form(declaration.name, parameters.map(formatType), isMethod));
    if (node.kind === 'call' && forms.length === 0) {
      const help = this.#callHelp(node) ?? (isMethod ? this.#methodsOf(types[0]) : undefined);
      const what = isMethod ? 'method' : 'function';
      return this.#report('cel_unknown_name', node.nameAt, `unknown ${what} \`${declaration.name}\``, help);
    }
    const written = forms.slice(0, MAX_FORMS).map((each) => `\`${each}\``);
    const rest = forms.length > MAX_FORMS ? ' and others' : '';
    const isList = declaration.name === 'contains' && types[0]?.kind === 'list';
    const meant = isList ? this.#elementOf(node) : this.#blocksOf(node, shown);
    const help = meant ?? this.#fieldOf(node, types) ?? `known overloads: ${written.join(', ')}${rest}`;
    return this.type(node, `unknown overload \`${form(declaration.name, shown, isMethod)}\``, help);
  }

  /** Help for an unknown method: the methods of the type of its receiver. */
  #methodsOf(type: Type | undefined): string | undefined {
    if (type === undefined || type.kind === 'dyn') return undefined;
    const names = [...this.#environment.functions.values()]
      .filter(({ overloads }) =>
        overloads.some(({ isMethod, parameters: [first] }) => isMethod && first?.kind === type.kind),
      )
      .map(({ name }) => name)
      .filter((name) => /^[A-Za-z]/.test(name));
    if (names.length === 0) return `\`${formatType(type)}\` has no methods`;
    return `methods of \`${formatType(type)}\`: ${quoted(names)}`;
  }

  /** Help for `list.contains(x)`. */
  #elementOf({ receiver, args: [element], start, end }: CallNode): Advice | undefined {
    if (receiver === undefined || element === undefined) return undefined;
    const text = `${textOf(this.#source, element)} in ${textOf(this.#source, receiver)}`;
    return writeInstead(this.#source, { start, end }, text, { isOperation: true });
  }

  /** Help for `request.size()` and `size(request)`, where the object has a field of that name. */
  #fieldOf({ name, receiver, args, ...range }: CallNode, types: readonly Type[]): Advice | undefined {
    const [object, ...rest] = receiver === undefined ? args : [receiver, ...args];
    const [type] = types;
    if (object === undefined || rest.length > 0 || !this.#hasField(type, name)) return undefined;
    return writeInstead(this.#source, range, `${textOf(this.#source, object)}.${name}`);
  }

  #hasField(type: Type | undefined, name: string): boolean {
    if (type?.kind === 'message') return this.#environment.messages?.fieldOf(type.name, name) !== undefined;
    return type?.kind === 'object' && type.fields.has(name);
  }

  /** Help for `cidr([a, b])`, `cidrs('a')` and `cidr('a').contains(x)`, whose functions have other names. */
  #blocksOf({ name, nameAt, receiver }: CallNode, [first = '']: readonly string[]): Advice | undefined {
    const isOfBlocks = receiver !== undefined && (first === 'net.CIDR' || first === 'net.CIDRs');
    const isMany = name === 'cidr' && (first.startsWith('list(') || first.startsWith('map('));
    const isOne = name === 'cidrs' && first === 'string';
    const text =
      isOfBlocks && name === 'contains' ? 'containsIP' : isMany ? 'cidrs' : isOne ? 'cidr' : undefined;
    return text === undefined ? undefined : { help: `did you mean \`${text}\`?`, edit: { ...nameAt, text } };
  }

  #badIndex(node: Node & { kind: 'index' }, types: readonly Type[]): Type {
    const { index, operand } = node;
    const [container, key] = types;
    const of = container?.kind === 'optional' ? container.of : container;
    const given = key === undefined ? '' : formatType(key);
    if (of?.kind === 'list') {
      const text = `${textOf(this.#source, index)} in ${textOf(this.#source, operand)}`;
      // Also of `x[y] == true`, but not of `x[y] == 'a'`, which reads an element.
      const isTest = /^\s*(?:$|&&|\|\||[)\]},?:]|[!=]=\s*(?:true|false)\b)/.test(
        this.#source.slice(node.end),
      );
      const isElement = container?.kind === 'list' && key?.kind === of.element.kind && isTest;
      const help = isElement ? writeInstead(this.#source, node, text, { isOperation: true }) : undefined;
      return this.type(index, `the index of a list must be an int, not \`${given}\``, help);
    }
    if (of?.kind === 'map') {
      return this.type(
        index,
        `the keys of \`${formatType(of)}\` are \`${formatType(of.key)}\`, not \`${given}\``,
      );
    }
    const help = fieldOfIndex(this.#source, node, of, this.#environment);
    return this.type(
      operand,
      `\`${container === undefined ? '' : formatType(container)}\` has no elements`,
      help,
    );
  }

  branches(range: Range, yes: string, no: string): Type {
    const message = `the branches of \`?:\` have different types, \`${yes}\` and \`${no}\``;
    return this.type(range, message, 'convert one, or give both the type `dyn` with `dyn(x)`');
  }

  message({ name, nameAt }: Node & { kind: 'message' }): Type {
    const help = messageHelp(nameAt, name, this.#environment.messages?.messages ?? []);
    return this.#report('cel_unknown_name', nameAt, `unknown message \`${name}\``, help);
  }

  unknownMessageField(range: Range, message: string, field: string): Type {
    const help = memberHelp(range, message, field, this.#environment.messages?.fieldsOf(message) ?? []);
    return this.#report('cel_unknown_name', range, `\`${message}\` has no field \`${field}\``, help);
  }

  /** Reports a sort key whose type has no order. */
  orderless(node: Node, type: Type): void {
    if (['list', 'map', 'null', 'optional', 'object', 'opaque', 'message', 'type'].includes(type.kind)) {
      this.type(node, `\`${formatType(type)}\` has no order`);
    }
  }
}

/** Roots below which the author declares the names. */
const AUTHORS: ReadonlySet<string> = new Set(['data', 'env', 'params', 'variables']);

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
