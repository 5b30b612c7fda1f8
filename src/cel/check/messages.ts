import type { MessageNode, Node } from '../syntax/tree.ts';
import { ERROR, formatType, type Type } from '../value/type.ts';
import type { Reference } from './checked.ts';
import type { Checking, Scope } from './checking.ts';
import { optionalEntry } from './collections.ts';
import type { Environment } from './environment.ts';
import { lookupMessage } from './names.ts';

/** The type of a message that an expression constructs, and how it is made; no reference if a field is mistaken. */
export function checkMessage(
  checking: Checking,
  environment: Environment,
  node: MessageNode,
  scope: Scope | undefined,
): { readonly type: Type; readonly reference: Reference | undefined } {
  const values = node.fields.map(({ value }) => checking.check(value, scope));
  const message = lookupMessage(environment, node.name);
  if (message === undefined) return { type: checking.mistakes.message(node), reference: undefined };
  const { name, found } = message;
  const known = new Set<string>();
  let isKnown = true;
  for (const [at, field] of node.fields.entries()) {
    const required = found.messages.fieldOf(name, field.name);
    if (required === undefined) {
      checking.mistakes.unknownMessageField(field.nameAt, name, field.name);
      isKnown = false;
      continue;
    }
    if (known.has(field.name)) checking.mistakes.type(field.nameAt, `\`${field.name}\` is set twice`);
    known.add(field.name);
    const given = values[at] ?? ERROR;
    const type = field.isOptional ? optionalEntry(checking, field.value, given) : given;
    checkFit(checking, field.value, `\`${field.name}\` of \`${name}\``, type, required);
  }
  if (!isKnown) return { type: found.type, reference: undefined };
  const fields = node.fields.map((field) => field.name);
  return { type: found.type, reference: { kind: 'message', create: found.messages.creatorOf(name, fields) } };
}

function checkFit(checking: Checking, value: Node, field: string, given: Type, required: Type): void {
  if (checking.assignment.assign(given, required)) return;
  checking.mistakes.type(
    value,
    `${field} takes \`${formatType(required)}\`, not \`${checking.show(given)}\``,
  );
}
