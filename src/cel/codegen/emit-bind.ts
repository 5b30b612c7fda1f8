import type { CallNode, Node } from '../syntax/tree.ts';
import { Optional } from '../value/boxed.ts';
import { absorb, fail, throwFailure } from '../value/failure.ts';
import { certainType } from './certain.ts';
import { computed, type Emitted, type Emitter, held, type Locals } from './emitted.ts';

/** A binding that fails does so where it is used; if it is not used, the failure has no effect. */
export function emitBind(
  emitter: Emitter,
  node: Node & { kind: 'bind' },
  locals: Locals | undefined,
): Emitted {
  const { code } = emitter;
  const name = code.fresh('v');
  const failure = code.fresh('e');
  let value = held('');
  const lines = code.block(() => {
    value = emitter.emit(node.value, locals);
  });
  if (value.isTotal) {
    code.lines(lines);
    code.line(`const ${name} = ${value.text};`);
    return emitter.emit(node.body, { name: node.variable, value: held(name, value), outer: locals });
  }
  code.line(`let ${name}, ${failure};`);
  code.line('try {');
  code.lines(lines);
  code.line(`${name} = ${value.text};`);
  code.line(`} catch (x) { ${failure} = ${code.helper(absorb)}(x); }`);
  const text = `(${failure} === undefined ? ${name} : ${code.helper(throwFailure)}(${failure}))`;
  const local = computed(text, { isBool: value.isBool });
  return emitter.emit(node.body, { name: node.variable, value: local, outer: locals });
}

export function emitOptionalMap(
  emitter: Emitter,
  node: Node & { kind: 'optional_map' },
  locals: Locals | undefined,
): Emitted {
  const { code } = emitter;
  const optional = code.fresh('t');
  const value = code.fresh('v');
  const operand = emitter.emit(node.operand, locals);
  const Class = code.constant(Optional);
  code.line(`let ${optional} = ${operand.text};`);
  code.line(`if (!(${optional} instanceof ${Class})) ${failing(code, 'no_optional')};`);
  code.line(`const ${value} = ${optional}.value;`);
  code.line(`if (${value} !== undefined) {`);
  const lines = code.block(() => {
    const body = emitter.emit(node.body, { name: node.variable, value: held(value), outer: locals });
    code.line(`${optional} = ${node.isFlat ? body.text : `new ${Class}(${body.text})`};`);
    if (node.isFlat) code.line(`if (!(${optional} instanceof ${Class})) ${failing(code, 'no_optional')};`);
  });
  code.lines(lines);
  code.line('}');
  return notTotal(optional);
}

/** Emits `or` and `orValue`, which only evaluate their argument if it is needed. */
export function emitLazy(
  emitter: Emitter,
  node: CallNode,
  receiver: Node,
  locals: Locals | undefined,
): Emitted {
  const { code } = emitter;
  const optional = code.fresh('t');
  const result = code.fresh('t');
  const operand = emitter.emit(receiver, locals);
  const isOptional = certainType(emitter.checked, receiver).kind === 'optional';
  code.line(`const ${optional} = ${operand.text};`);
  if (!isOptional) {
    code.line(
      `if (!(${optional} instanceof ${code.constant(Optional)})) ${failing(code, 'no_such_overload')};`,
    );
  }
  const [argument] = node.args;
  code.line(`let ${result} = ${optional}${node.name === 'or' ? '' : '.value'};`);
  code.line(`if (${optional}.value === undefined) {`);
  const lines = code.block(() => {
    const other = argument === undefined ? undefined : emitter.emit(argument, locals);
    code.line(`${result} = ${other?.text ?? 'undefined'};`);
  });
  code.lines(lines);
  code.line('}');
  if (node.name !== 'or' || certainType(emitter.checked, argument ?? node).kind === 'optional')
    return notTotal(result);
  code.line(`if (!(${result} instanceof ${code.constant(Optional)})) ${failing(code, 'no_such_overload')};`);
  return notTotal(result);
}

function failing(code: Emitter['code'], failure: 'no_such_overload' | 'no_optional'): string {
  return `${code.helper(fail)}(${code.constant(failure)})`;
}

function notTotal(name: string): Emitted {
  return { ...held(name), isTotal: false };
}
