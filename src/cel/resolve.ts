import { nearest } from '../diagnostic/suggest.ts';
import { type Budget, meter } from './budget.ts';
import type { Prepared } from './engine.ts';
import type { Environment } from './environment.ts';
import { dashedName, foreignCall } from './foreign.ts';
import { REPLACED, replacement } from './functions.ts';
import { checkInteger, prepareLiteral } from './literal.ts';
import type { Problem } from './program.ts';
import { accessOf, callOf, children, methodName, type Node, renameCall } from './syntax-tree.ts';
import type { Type } from './type.ts';

/** Comprehensions within comprehensions: the work is the product of the lengths of the lists. */
export const MAX_LOOPS = 3;

/** `cel.bind` within `cel.bind`: each level can double what the one before made. */
export const MAX_BINDINGS = 8;

export interface Resolved {
  readonly reads: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/**
 * The pass before the engine's type check, which finds only the first mistake and none inside `has()`: resolves
 * every name, collects what is read, checks literals, bounds nesting, and puts our functions in the place of the
 * engine's. Changes the tree.
 */
export function resolve(
  source: string,
  root: Node,
  environment: Environment,
  prepared: Prepared,
  budget: Budget,
): Resolved {
  const reads = new Set<string>();
  const problems: Problem[] = [];
  visit(root, { variables: new Set(), loops: 0, bindings: 0 });
  return { reads, problems };

  function visit(node: Node, scope: Scope): void {
    if (node.op === 'id') return visitName(node, scope);
    if (node.op === 'value') return report(checkInteger(node, false));
    const call = callOf(node);
    if (call !== undefined) return visitCall(node, scope);
    const declared = declaredName(node, scope);
    if (declared === 'unknown') return;
    if (declared !== undefined) return addReads(declared.name, declared.type);
    if (node.op === '-_') {
      const [operand] = children(node);
      if (operand?.op === 'value') return report(checkInteger(operand, true));
    }
    for (const child of children(node)) visit(child, scope);
  }

  function visitName(node: Node, scope: Scope): void {
    const declared = declaredName(node, scope);
    if (declared !== undefined && declared !== 'unknown') addReads(declared.name, declared.type);
  }

  /** The declared name that a chain such as `source.spiffe.path` is; undefined when it is none. */
  function declaredName(node: Node, scope: Scope): Declared | 'unknown' | undefined {
    if (node.op === 'id' && typeof node.args === 'string') {
      const name = node.args;
      if (scope.variables.has(name)) return undefined;
      const type = environment.roots.get(name);
      if (type !== undefined) return { name, type };
      if (prepared.engine.hasVariable(name)) return undefined;
      const help = rootHelp(node, name, scope);
      // `headers.x-tenant-id` subtracts two names, and is one mistake.
      const said = problems.some((problem) => problem.help === help && problem.end + 1 === node.start);
      if (!said) problems.push(unknown(name, help, node.start, node.end));
      return 'unknown';
    }
    const access = accessOf(node);
    if (access?.key === undefined) return undefined;
    const base = declaredName(access.base, scope);
    if (base === undefined || base === 'unknown') return base;
    if (base.type.kind !== 'object') return undefined;
    const name = `${base.name}.${access.key}`;
    const type = base.type.fields.get(access.key);
    if (type !== undefined) return { name, type };
    const near = nearest(access.key, base.type.fields.keys());
    const { start, end } = access.index ?? { start: node.pos, end: node.end };
    const help =
      near === undefined
        ? `\`${base.name}\` has ${quoted(base.type.fields.keys())}`
        : meant(`${base.name}.${near}`);
    problems.push(unknown(name, help, start, end));
    return 'unknown';
  }

  function addReads(name: string, type: Type): void {
    if (type.kind !== 'object') reads.add(name);
    else for (const [field, below] of type.fields) addReads(`${name}.${field}`, below);
  }

  function rootHelp(node: Node, name: string, scope: Scope): string {
    const dashed = dashedName(source, node.start);
    if (dashed !== undefined) return dashed;
    const roots = [...scope.variables, ...environment.roots.keys()];
    const near = suggestRoot(name, roots);
    if (near !== undefined) return meant(near);
    // `request.method == GET`
    const quotes = /^[A-Z]+$/.test(name) ? `text stands in quotes: \`'${name}'\`; ` : '';
    return `${quotes}known here: ${quoted(roots)}`;
  }

  function suggestRoot(name: string, roots: readonly string[]): string | undefined {
    const near = nearest(name, roots);
    if (near !== undefined) return near;
    // `method` alone: the root is forgotten.
    const fields = [...environment.names.keys()].map((dotted) => dotted.slice(dotted.lastIndexOf('.') + 1));
    const field = fields.includes(name) ? name : nearest(name, fields);
    return [...environment.names.keys()].find(
      (dotted) => field !== undefined && dotted.endsWith(`.${field}`),
    );
  }

  function visitCall(node: Node, scope: Scope): void {
    const call = callOf(node);
    if (call === undefined) return;
    const { name, receiver, args } = call;
    const known = receiver === undefined ? prepared.functions : prepared.methods;
    if (!known.has(name)) return unknownFunction(node, name, receiver, scope);
    report(prepareLiteral(call));
    if (REPLACED.has(name)) renameCall(node, replacement(name));
    const [first, ...rest] = args;
    if (receiver !== undefined && first?.op === 'id' && typeof first.args === 'string') {
      const variables = new Set([...scope.variables, first.args]);
      if (isLoop(name) && rest.length > 0) {
        meter(node, budget);
        visit(receiver, scope);
        const inner = { ...scope, variables, loops: scope.loops + 1 };
        if (inner.loops > MAX_LOOPS)
          return problemTooMany(node, `comprehensions nest deeper than ${MAX_LOOPS}`);
        for (const arg of rest) visit(arg, inner);
        return;
      }
      if (name === 'bind' && receiver.op === 'id' && receiver.args === 'cel') {
        const [value, result] = rest;
        if (value !== undefined) visit(value, scope);
        const inner = { ...scope, variables, bindings: scope.bindings + 1 };
        if (inner.bindings > MAX_BINDINGS)
          return problemTooMany(node, `\`cel.bind\` nests deeper than ${MAX_BINDINGS}`);
        if (result !== undefined) visit(result, inner);
        return;
      }
    }
    if (receiver !== undefined) visit(receiver, scope);
    for (const arg of args) visit(arg, scope);
  }

  function unknownFunction(node: Node, name: string, receiver: Node | undefined, scope: Scope): void {
    const { start, end } =
      receiver === undefined
        ? { start: node.start, end: node.start + name.length }
        : methodName(source, receiver, name);
    const isMethod = receiver !== undefined;
    const near = nearest(name, isMethod ? prepared.methods : prepared.functions);
    const other = (isMethod ? prepared.functions : prepared.methods).has(name);
    const help = other
      ? isMethod
        ? `\`${name}\` is a function: write \`${name}(x)\``
        : `\`${name}\` is a method: write \`x.${name}(...)\``
      : (foreignCall(name) ?? (near === undefined ? undefined : meant(near)));
    problems.push({
      code: 'cel_unknown_name',
      message: `unknown ${isMethod ? 'method' : 'function'} \`${name}\``,
      ...(help === undefined ? {} : { help }),
      start,
      end,
    });
    for (const child of children(node)) visit(child, scope);
  }

  function problemTooMany(node: Node, message: string): void {
    problems.push({ code: 'cel_limit', message, start: node.start, end: node.end });
  }

  function report(problem: Problem | undefined): void {
    if (problem !== undefined) problems.push(problem);
  }
}

interface Scope {
  /** Variables of comprehensions and bindings around. */
  readonly variables: ReadonlySet<string>;
  readonly loops: number;
  readonly bindings: number;
}

interface Declared {
  readonly name: string;
  readonly type: Type;
}

function unknown(name: string, help: string, start: number, end: number): Problem {
  return { code: 'cel_unknown_name', message: `unknown name \`${name}\``, help, start, end };
}

function meant(name: string): string {
  return `did you mean \`${name}\`?`;
}

function quoted(names: Iterable<string>): string {
  return [...names].map((name) => `\`${name}\``).join(', ');
}

function isLoop(name: string): boolean {
  return name === 'all' || name === 'exists' || name === 'exists_one' || name === 'map' || name === 'filter';
}
