import { condition } from '../interpret/semantics.ts';
import type { LogicNode, Node } from '../syntax/tree.ts';
import { absorb, throwFailure } from '../value/failure.ts';
import { computed, type Emitted, type Emitter, held, type Locals } from './emitted.ts';

/**
 * Evaluates operands until one decides. A failure is kept, and thrown if none decides. If only the last operand can
 * fail, JavaScript's own operators do the same.
 */
export function emitLogic(emitter: Emitter, node: LogicNode, locals: Locals | undefined): Emitted {
  const { code } = emitter;
  const operands = node.operands.map((operand) => {
    let part = held('');
    const lines = code.block(() => {
      part = emitter.emitBool(operand, locals);
    });
    return { part, lines };
  });
  const isTotal = operands.every(({ part }) => part.isTotal);
  const isPlain = operands.every(
    ({ part, lines }, at) => lines.length === 0 && (part.isTotal || at === operands.length - 1),
  );
  if (isPlain) {
    const text = operands.map(({ part }) => part.text).join(` ${node.operator} `);
    return computed(`(${text})`, { isTotal, isBool: true });
  }
  const decisive = node.operator === '||';
  const result = code.fresh('t');
  const label = code.fresh('l');
  const failure = code.fresh('e');
  code.line(`let ${result} = ${!decisive}, ${failure};`);
  code.line(`${label}: {`);
  for (const { part, lines } of operands) {
    if (!part.isTotal) code.line('try {');
    code.lines(lines);
    code.line(`if (${decisive ? '' : '!'}${part.text}) { ${result} = ${decisive}; break ${label}; }`);
    if (!part.isTotal) code.line(`} catch (x) { ${failure} ??= ${code.helper(absorb)}(x); }`);
  }
  code.line(`if (${failure} !== undefined) ${code.helper(throwFailure)}(${failure});`);
  code.line('}');
  return { ...held(result, { isBool: true }), isTotal };
}

export function emitCondition(
  emitter: Emitter,
  node: Node & { kind: 'condition' },
  locals: Locals | undefined,
): Emitted {
  const { code } = emitter;
  const test = emitter.emitBool(node.test, locals, condition);
  const [yes, no] = [node.yes, node.no].map((branch) => {
    let part = held('');
    const lines = code.block(() => {
      part = emitter.emit(branch, locals);
    });
    return { part, lines };
  });
  if (yes === undefined || no === undefined) return test;
  const isTotal = test.isTotal && yes.part.isTotal && no.part.isTotal;
  const isBool = yes.part.isBool && no.part.isBool;
  if (yes.lines.length + no.lines.length === 0) {
    return computed(`(${test.text} ? ${yes.part.text} : ${no.part.text})`, { isTotal, isBool });
  }
  const result = code.fresh('t');
  code.line(`let ${result};`);
  code.line(`if (${test.text}) {`);
  code.lines(yes.lines);
  code.line(`${result} = ${yes.part.text};`);
  code.line('} else {');
  code.lines(no.lines);
  code.line(`${result} = ${no.part.text};`);
  code.line('}');
  return { ...held(result, { isBool }), isTotal };
}
