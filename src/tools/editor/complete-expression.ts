import { CompletionItemKind } from 'vscode-languageserver';
import { type Checked, typeOf } from '../../cel/check/checked.ts';
import { unwrap } from '../../cel/check/checking.ts';
import { type Environment, isDeclarable } from '../../cel/check/environment.ts';
import type { FunctionDeclaration, Overload } from '../../cel/library/function.ts';
import { MACROS } from '../../cel/library/macros.ts';
import { childrenOf, type Node } from '../../cel/syntax/tree.ts';
import { formatType, type Type } from '../../cel/value/type.ts';
import type { ScalarTree } from '../../policy/yaml/tree.ts';
import { completeText, markedText } from './complete-text.ts';
import { describeFunction, describeMacro, documented } from './describe.ts';
import type { Owner } from './document-nodes.ts';
import type { EditedFolder } from './edited-folder.ts';
import { localsOf } from './expression-names.ts';
import { type ExpressionSite, expressionSite } from './expression-site.ts';
import { scopeOf } from './names.ts';
import { MARKER, type Proposal, type Proposals } from './proposal.ts';

/** Proposals for the position of the marker in an expression, and the part of the word that is before it. */
export function completeExpression(
  tree: ScalarTree,
  owner: Owner,
  folder: EditedFolder,
  form: 'expression' | 'text',
): Proposals {
  const source = String(tree.value);
  const prefix = /\w*$/.exec(source.slice(0, source.indexOf(MARKER)))?.[0] ?? '';
  const site = expressionSite(tree, owner, folder, form);
  const path = site && pathToMarker(site.checked.root);
  const node = path?.at(-1);
  if (site === undefined || path === undefined || node === undefined) return { prefix, items: [] };
  const text = markedText(node);
  if (text !== undefined) return { prefix: text, items: completeText(site.checked, path, folder) };
  return { prefix, items: completeName(node, path, site, { folder, owner }) };
}

/** The document of an expression. */
interface Place {
  readonly folder: EditedFolder;
  readonly owner: Owner;
}

function completeName(
  node: Node,
  path: readonly Node[],
  site: ExpressionSite,
  place: Place,
): readonly Proposal[] {
  if (node.kind === 'select' || node.kind === 'has') return members(node.operand, site, place);
  if (node.kind === 'call' && node.receiver !== undefined) return members(node.receiver, site, place);
  return [
    ...locals(path),
    ...roots(site.environment),
    ...functions(site.environment),
    ...macros(isGlobalMacro),
  ];
}

/** Nodes from the root to the node whose name contains the marker; undefined if none does. */
function pathToMarker(node: Node): readonly Node[] | undefined {
  if (nameOf(node)?.includes(MARKER) === true) return [node];
  for (const child of childrenOf(node)) {
    const path = pathToMarker(child);
    if (path !== undefined) return [node, ...path];
  }
  return undefined;
}

function nameOf(node: Node): string | undefined {
  switch (node.kind) {
    case 'name':
    case 'call':
      return node.name;
    case 'select':
    case 'has':
      return node.field;
    case 'literal':
      return typeof node.value === 'string' ? node.value : undefined;
    default:
      return undefined;
  }
}

/** Variables of the enclosing comprehensions. */
function locals(path: readonly Node[]): readonly Proposal[] {
  const names = path.flatMap((node, index) => {
    const isInRange = path[index + 1] === childrenOf(node)[0];
    return isInRange ? [] : localsOf(node);
  });
  return [...new Set(names)].map((label) => ({ label, kind: CompletionItemKind.Variable }));
}

function roots({ roots: all }: Environment): readonly Proposal[] {
  return [...all].map(([name, type]) => variableProposal(name, name, type));
}

function variableProposal(label: string, path: string, type: Type): Proposal {
  const doc = documented(path);
  const isObject = type.kind === 'object';
  return {
    label,
    kind: isObject ? CompletionItemKind.Module : CompletionItemKind.Field,
    ...(!isObject && { detail: formatType(type) }),
    ...(doc !== undefined && { doc }),
  };
}

/** Proposals after the dot of a value or of a namespace. */
function members(operand: Node, { checked, environment }: ExpressionSite, place: Place): readonly Proposal[] {
  const namespace =
    operand.kind === 'name' && !environment.roots.has(operand.name) ? operand.name : undefined;
  if (namespace !== undefined && environment.namespaces.has(namespace))
    return inNamespace(namespace, environment);
  const type = typeOf(checked, operand);
  if (type.kind === 'object') {
    return [...type.fields].map(([name, field]) => variableProposal(name, `${type.name}.${name}`, field));
  }
  const message = unwrap(type);
  if (message.kind === 'message') return fieldsOf(message.name, environment);
  return [
    ...undeclared(checked, operand, place),
    ...methods(type, environment),
    ...macros((_, forms) => forms.some((form) => fitsMacro(form, type))),
  ];
}

/** Proposals after a protobuf message. */
function fieldsOf(message: string, { messages }: Environment): readonly Proposal[] {
  return (messages?.fieldsOf(message) ?? []).map((label) => {
    const type = messages?.fieldOf(message, label);
    return { label, kind: CompletionItemKind.Field, ...(type && { detail: formatType(type) }) };
  });
}

/** Proposals after `jwt.claims` and `request.params`, which have no declared fields. */
function undeclared(
  { references }: Checked,
  { id }: Node,
  { folder: { names }, owner }: Place,
): readonly Proposal[] {
  const reference = references[id];
  const fields = (labels: Iterable<string>, detail: string): readonly Proposal[] =>
    [...labels].filter(isDeclarable).map((label) => ({ label, kind: CompletionItemKind.Field, detail }));
  switch (reference?.kind === 'variable' ? reference.path.join('.') : undefined) {
    case 'jwt.claims':
      return fields(names.claims, 'claim in the issuers and tests of this folder');
    case 'request.params':
      return fields(names.defined('segment', scopeOf(owner)), 'parameter in the paths of this policy');
    default:
      return [];
  }
}

function inNamespace(namespace: string, { functions: all }: Environment): readonly Proposal[] {
  const declarations = [...all.values()].filter(({ name }) => name.startsWith(`${namespace}.`));
  const bindings = macros((name) => name.startsWith(`${namespace}.`));
  return [...declarations.map(functionProposal), ...bindings].map((each) => {
    const label = each.label.slice(namespace.length + 1);
    return { ...each, label, text: `${label}(` };
  });
}

function methods(type: Type, { functions: all }: Environment): readonly Proposal[] {
  const fits = ({ isMethod, parameters }: Overload): boolean => {
    const [receiver] = parameters;
    return isMethod && receiver !== undefined && mayBe(type, receiver);
  };
  return [...all.values()].filter(({ overloads }) => overloads.some(fits)).map(functionProposal);
}

function mayBe(type: Type, expected: Type): boolean {
  if (isAny(type) || isAny(expected)) return true;
  if (type.kind === 'opaque' && expected.kind === 'opaque') return type.name === expected.name;
  return type.kind === expected.kind;
}

function isAny({ kind }: Type): boolean {
  return kind === 'dyn' || kind === 'error' || kind === 'parameter';
}

function functions({ functions: all }: Environment): readonly Proposal[] {
  return [...all.values()]
    .filter(({ name, overloads }) => /^[A-Za-z]/.test(name) && overloads.some(({ isMethod }) => !isMethod))
    .map(functionProposal);
}

function functionProposal(declaration: FunctionDeclaration): Proposal {
  const { name } = declaration;
  return {
    label: name,
    kind: CompletionItemKind.Function,
    doc: describeFunction(declaration),
    text: `${name}(`,
  };
}

function macros(isWanted: (name: string, forms: readonly string[]) => boolean): readonly Proposal[] {
  return Object.entries(MACROS)
    .filter(([name, { forms }]) => isWanted(name, forms))
    .map(([name, macro]) => ({
      label: name,
      kind: CompletionItemKind.Function,
      doc: describeMacro(macro),
      text: `${name}(`,
    }));
}

function isGlobalMacro(name: string, forms: readonly string[]): boolean {
  return forms.some((form) => form.startsWith(`${name}(`));
}

/** True if a form of a macro, such as `list.exists(...)`, has a receiver that a value of the type may be. */
function fitsMacro(form: string, type: Type): boolean {
  const receiver = /^(range|list|optional)\./.exec(form)?.[1];
  if (receiver === undefined) return false;
  if (isAny(type)) return true;
  return type.kind === receiver || (receiver === 'range' && (type.kind === 'list' || type.kind === 'map'));
}
