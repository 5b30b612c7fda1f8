import { type BindingPattern, type Node, type ParamPattern, type Program, visitorKeys } from 'oxc-parser';

/** The names that one part of a file declares, and the part around it. */
interface Scope {
  readonly names: Set<string>;
  readonly outer: Scope | undefined;
}

/**
 * The identifiers that no declaration of the file binds, by offset: the globals that it uses, as values and as types.
 * A name that a parameter, a local variable or an import hides is not among them.
 */
export function freeNames(program: Program): ReadonlyMap<number, string> {
  const scopes = new Map<Node, Scope>();
  declareIn(program, { names: new Set(), outer: undefined }, scopes);
  const free = new Map<number, string>();
  const visit = (node: Node, outer: Scope | undefined): void => {
    const scope = scopes.get(node) ?? outer;
    if (node.type === 'Identifier' && !isBound(node.name, scope)) free.set(node.start, node.name);
    for (const child of childrenOf(node)) if (!isKey(node, child)) visit(child, scope);
  };
  visit(program, undefined);
  return free;
}

const SCOPES: ReadonlySet<string> = new Set([
  'Program',
  'BlockStatement',
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'SwitchStatement',
  'CatchClause',
  'ClassDeclaration',
  'ClassExpression',
  'StaticBlock',
]);

/** Notes the scope of every node that opens one, with all names declared in it: a use may come before them. */
function declareIn(node: Node, outer: Scope, scopes: Map<Node, Scope>): void {
  const opens = SCOPES.has(node.type);
  const scope = opens ? { names: new Set<string>(), outer } : outer;
  if (opens) scopes.set(node, scope);
  for (const name of declaredOutside(node)) outer.names.add(name);
  for (const name of declaredInside(node)) scope.names.add(name);
  for (const child of childrenOf(node)) declareIn(child, scope, scopes);
}

/** Names that a declaration gives to the scope around it. */
function declaredOutside(node: Node): readonly string[] {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id === null ? [] : [node.id.name];
    case 'TSTypeAliasDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSEnumDeclaration':
      return [node.id.name];
    default:
      return [];
  }
}

/** Names that a node gives to the scope that it opens or stays in. */
function declaredInside(node: Node): readonly string[] {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return node.params.flatMap(namesOf);
    case 'VariableDeclarator':
      return namesOf(node.id);
    case 'CatchClause':
      return node.param === null ? [] : namesOf(node.param);
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      return [node.local.name];
    case 'TSTypeParameter':
      return [node.name.name];
    default:
      return [];
  }
}

function namesOf(pattern: BindingPattern | ParamPattern): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'AssignmentPattern':
      return namesOf(pattern.left);
    case 'RestElement':
      return namesOf(pattern.argument);
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : namesOf(element)));
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        namesOf(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'TSParameterProperty':
      return namesOf(pattern.parameter);
  }
}

function isBound(name: string, scope: Scope | undefined): boolean {
  for (let at = scope; at !== undefined; at = at.outer) if (at.names.has(name)) return true;
  return false;
}

/** True for a name that is written as it is and refers to nothing: `b` in `a.b`, in `{ b: c }` and in `x as b`. */
function isKey(node: Node, child: Node): boolean {
  switch (node.type) {
    case 'MemberExpression':
      return !node.computed && node.property === child;
    case 'Property':
      return !node.computed && !node.shorthand && node.key === child;
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'TSPropertySignature':
    case 'TSMethodSignature':
      return !node.computed && node.key === child;
    case 'ImportSpecifier':
      return node.imported === child;
    case 'ExportSpecifier':
      return node.exported === child && node.exported !== node.local;
    case 'TSQualifiedName':
      return node.right === child;
    case 'TSEnumMember':
      return node.id === child;
    default:
      return false;
  }
}

function childrenOf(node: Node): readonly Node[] {
  const values = (visitorKeys[node.type] ?? []).map((key): unknown => Reflect.get(node, key));
  return values.flat().filter((value): value is Node => typeof value === 'object' && value !== null);
}
