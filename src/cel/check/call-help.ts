import type { Advice } from '../../diagnostic/advice.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import type { CallNode } from '../syntax/tree.ts';
import { callElsewhere, rewriteCall } from './foreign-calls.ts';
import { textOf, writeInstead } from './rewrite.ts';

/** A call of a function that is not known, or not known in this form. */
export interface UnknownCall {
  readonly source: string;
  readonly node: CallNode;
  /** Name of the function, with the namespace before it. */
  readonly name: string;
  /** The operands, a receiver that is a value first. */
  readonly operands: CallNode['args'];
  /** Names that can be called as a function and as a method. */
  readonly functions: readonly string[];
  readonly methods: readonly string[];
}

/**
 * Help for an unknown call: the same call in CEL, in the order of the likelihood that it is meant: another form of a
 * known name, a function of another language, a name that is similar in spelling.
 */
export function callHelp(call: UnknownCall): Advice | string | undefined {
  const { name, functions, methods } = call;
  const isMethod = call.node.receiver !== undefined;
  return (
    otherForm(call, name) ??
    rewritten(call) ??
    callElsewhere(name) ??
    renamed(nearest(name, isMethod ? methods : functions)) ??
    otherForm(call, nearest(name, isMethod ? functions : methods))
  );
}

function renamed(near: string | undefined): string | undefined {
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}

/** A method that is called as a function, or a function that is called as a method, with the operands as written. */
function otherForm(
  { source, node, operands, functions, methods }: UnknownCall,
  name?: string,
): Advice | string | undefined {
  if (name === undefined) return undefined;
  const isMethod = node.receiver !== undefined;
  if (!(isMethod ? functions : methods).includes(name)) return undefined;
  const [first, ...rest] = operands.map((operand) => textOf(source, operand));
  const general = isMethod
    ? `\`${name}\` is a function: write \`${name}(x)\``
    : `\`${name}\` is a method: write \`x.${name}(...)\``;
  if (first === undefined || operands.some(({ kind }) => kind === 'missing')) return general;
  const text = isMethod ? `${name}(${[first, ...rest].join(', ')})` : `${first}.${name}(${rest.join(', ')})`;
  return writeInstead(source, node, text) ?? general;
}

function rewritten({ source, node, name, operands }: UnknownCall): Advice | undefined {
  const found = rewriteCall(
    name,
    operands.map((operand) => textOf(source, operand)),
  );
  return found && writeInstead(source, node, found.text, { isOperation: found.isOperation === true });
}
