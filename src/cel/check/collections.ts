import type { ListNode, LoopNode, MapNode, Node } from '../syntax/tree.ts';
import { BOOL, DYN, INT, type Type } from '../value/type.ts';
import { type Checking, optional, type Scope } from './checking.ts';

export function checkList(checking: Checking, node: ListNode, scope: Scope | undefined): Type {
  let element: Type | undefined;
  for (const { value, isOptional } of node.elements) {
    const type = checking.check(value, scope);
    element = checking.assignment.join(element, isOptional ? optionalEntry(checking, value, type) : type);
  }
  return { kind: 'list', element: element ?? checking.assignment.unknown() };
}

export function checkMap(checking: Checking, node: MapNode, scope: Scope | undefined): Type {
  let key: Type | undefined;
  let value: Type | undefined;
  for (const entry of node.entries) {
    const keyType = checking.check(entry.key, scope);
    if (!isKey(checking.assignment.resolve(keyType))) {
      const message = `a key of a map must be a string, int, uint or bool, not \`${checking.show(keyType)}\``;
      checking.mistakes.type(entry.key, message);
    }
    key = checking.assignment.join(key, keyType);
    const type = checking.check(entry.value, scope);
    value = checking.assignment.join(
      value,
      entry.isOptional ? optionalEntry(checking, entry.value, type) : type,
    );
  }
  return {
    kind: 'map',
    key: key ?? checking.assignment.unknown(),
    value: value ?? checking.assignment.unknown(),
  };
}

/** The type of the value of an entry with `?`. */
export function optionalEntry(checking: Checking, node: Node, type: Type): Type {
  const resolved = checking.assignment.resolve(type);
  if (resolved.kind === 'optional') return resolved.of;
  if (resolved.kind === 'dyn' || resolved.kind === 'error') return resolved;
  return checking.mistakes.type(
    node,
    `an entry with \`?\` must be an optional, not \`${checking.show(type)}\``,
  );
}

export function checkLoop(checking: Checking, node: LoopNode, scope: Scope | undefined): Type {
  const range = checking.assignment.resolve(checking.check(node.range, scope));
  const variables = loopVariables(checking, node, range);
  const inner = node.variables.reduce<Scope | undefined>(
    (outer, name, at) => ({ name, type: variables[at] ?? DYN, outer }),
    scope,
  );
  if (node.filter !== undefined) checking.checkBool(node.filter, inner);
  const [first = DYN] = variables;
  switch (node.loop) {
    case 'all':
    case 'exists':
    case 'exists_one':
      checking.checkBool(node.body, inner);
      return BOOL;
    case 'filter':
      checking.checkBool(node.body, inner);
      return { kind: 'list', element: first };
    case 'sortBy': {
      if (range.kind === 'map') checking.mistakes.type(node.range, 'only a list can be sorted');
      checking.mistakes.orderless(node.body, checking.assignment.resolve(checking.check(node.body, inner)));
      return { kind: 'list', element: first };
    }
    case 'map':
    case 'transformList':
      return { kind: 'list', element: checking.check(node.body, inner) };
    case 'transformMap':
      return { kind: 'map', key: first, value: checking.check(node.body, inner) };
    case 'transformMapEntry': {
      const entry = checking.check(node.body, inner);
      const key = checking.assignment.unknown();
      const value = checking.assignment.unknown();
      if (!checking.assignment.assign(entry, { kind: 'map', key, value })) {
        checking.mistakes.type(
          node.body,
          `an entry must be a map such as \`{k: v}\`, not \`${checking.show(entry)}\``,
        );
      }
      return {
        kind: 'map',
        key: checking.assignment.resolve(key),
        value: checking.assignment.resolve(value),
      };
    }
  }
}

/** Types of the one or two variables of a comprehension over a range. */
function loopVariables(checking: Checking, node: LoopNode, range: Type): readonly Type[] {
  const isTwo = node.variables.length === 2;
  switch (range.kind) {
    case 'list':
      return isTwo ? [INT, range.element] : [range.element];
    case 'map':
      return isTwo ? [range.key, range.value] : [range.key];
    case 'dyn':
    case 'error':
    case 'parameter':
      checking.assignment.assign(DYN, range);
      return [DYN, DYN];
    default: {
      const message = `only lists and maps have elements, not \`${checking.show(range)}\``;
      const error = checking.mistakes.type(node.range, message);
      return [error, error];
    }
  }
}

export function checkOptionalMap(
  checking: Checking,
  node: Node & { kind: 'optional_map' },
  scope: Scope | undefined,
): Type {
  const operand = checking.assignment.resolve(checking.check(node.operand, scope));
  let type: Type = DYN;
  if (operand.kind === 'optional') type = operand.of;
  else if (operand.kind === 'parameter') checking.assignment.assign(optional(DYN), operand);
  else if (operand.kind !== 'dyn' && operand.kind !== 'error') {
    const name = node.isFlat ? 'optFlatMap' : 'optMap';
    type = checking.mistakes.type(
      node.operand,
      `\`${name}\` takes an optional, not \`${checking.show(operand)}\``,
    );
  }
  const body = checking.check(node.body, { name: node.variable, type, outer: scope });
  if (!node.isFlat) return optional(body);
  const result = optional(checking.assignment.unknown());
  if (checking.assignment.assign(body, result)) return checking.assignment.resolve(result);
  return checking.mistakes.type(
    node.body,
    `the expression of \`optFlatMap\` must be an optional, not \`${checking.show(body)}\``,
  );
}

function isKey(type: Type): boolean {
  return ['string', 'int', 'uint', 'bool', 'dyn', 'error', 'parameter'].includes(type.kind);
}
