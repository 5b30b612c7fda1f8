import type { Expression, ObjectPattern, PropertyKey, TSTypeAnnotation } from 'oxc-parser';
import { parseSync, Visitor } from 'oxc-parser';

/**
 * The members of the type `type` that the sources read: `options.strict` where `options` has that type, and
 * `{ strict }: CheckOptions`. A variable, parameter or member has the type if its annotation names it.
 */
export function membersRead(sources: Iterable<readonly [string, string]>, type: string): ReadonlySet<string> {
  const read = new Set<string>();
  for (const [path, text] of sources) if (text.includes(type)) readFile(path, text, type, read);
  return read;
}

function readFile(path: string, text: string, type: string, read: Set<string>): void {
  const { program } = parseSync(path, text);
  const named = new RegExp(`\\b${type}\\b`);
  const holders = new Set<string>();
  const isNamed = (annotation: TSTypeAnnotation | null | undefined): boolean =>
    annotation != null && named.test(text.slice(annotation.start, annotation.end));
  new Visitor({
    Identifier: (node) => {
      // Only a binding has an annotation.
      const { typeAnnotation } = node;
      if (isNamed(typeAnnotation)) holders.add(node.name);
    },
    PropertyDefinition: (node) => void (isNamed(node.typeAnnotation) && holders.add(nameOf(node.key))),
    TSPropertySignature: (node) => void (isNamed(node.typeAnnotation) && holders.add(nameOf(node.key))),
    ObjectPattern: (node) => {
      if (isNamed(node.typeAnnotation)) addKeys(node, read);
    },
  }).visit(program);
  const isHolder = (node: Expression | null): boolean => {
    if (node?.type === 'Identifier') return holders.has(node.name);
    return node?.type === 'MemberExpression' && holders.has(nameOf(node.property));
  };
  new Visitor({
    MemberExpression: (node) => {
      if (isHolder(node.object)) read.add(nameOf(node.property));
    },
    VariableDeclarator: (node) => {
      if (node.id.type === 'ObjectPattern' && isHolder(node.init)) addKeys(node.id, read);
    },
  }).visit(program);
}

function addKeys({ properties }: ObjectPattern, read: Set<string>): void {
  for (const each of properties) if (each.type === 'Property') read.add(nameOf(each.key));
}

function nameOf(key: PropertyKey): string {
  if (key.type === 'Identifier' || key.type === 'PrivateIdentifier') return key.name;
  return key.type === 'Literal' ? String(key.value) : '';
}
