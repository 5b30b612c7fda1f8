import { typeOf } from '../check/checked.ts';
import { addEntries, condition, elementsOf, keysOfRange, valueAt } from '../interpret/semantics.ts';
import { sortBy } from '../library/lists.ts';
import type { LoopNode } from '../syntax/tree.ts';
import { spend } from '../value/budget.ts';
import { absorb, fail, throwFailure } from '../value/failure.ts';
import { newMap } from './emit-container.ts';
import { computed, type Emitted, type Emitter, held, type Locals } from './emitted.ts';

/** Emits a comprehension as a loop, and returns the variable that holds its value. */
export function emitLoop(emitter: Emitter, node: LoopNode, locals: Locals | undefined): Emitted {
  const { code, checked } = emitter;
  emitter.isMetered = true;
  const range = emitter.emit(node.range, locals);
  const whole = code.fresh('t');
  const keys = code.fresh('t');
  const isList = typeOf(checked, node.range).kind === 'list';
  const [first, second] = node.variables;
  const over = second === undefined ? elementsOf : keysOfRange;
  code.line(`const ${whole} = ${range.text};`);
  const elements = `${code.helper(over)}(${whole})`;
  const plain = isList ? whole : `Array.isArray(${whole}) ? ${whole} : ${elements}`;
  code.line(`const ${keys} = ${second === undefined ? plain : elements};`);
  // Only a list can be sorted, which is checked before anything is computed.
  if (node.loop === 'sortBy' && !isList) {
    code.line(`if (!Array.isArray(${whole})) ${code.helper(fail)}(${code.constant('no_such_overload')});`);
  }
  const result = code.fresh('t');
  const i = code.fresh('t');
  const key = code.fresh('v');
  let inner: Locals = { name: first, value: held(key), outer: locals };
  let isBodyTotal = true;
  const body = code.block(() => {
    emitter.inLoop(() => {
      code.line(`${code.helper(spend)}(1);`);
      code.line(`const ${key} = ${keys}[${i}];`);
      if (second !== undefined) {
        const value = code.fresh('v');
        code.line(`const ${value} = ${code.helper(valueAt)}(${whole}, ${key});`);
        inner = { name: second, value: held(value), outer: inner };
      }
      isBodyTotal = emitBody(emitter, node, inner, { result, key });
    });
  });
  code.line(declaration(emitter, node, result));
  code.line(`for (let ${i} = 0; ${i} < ${keys}.length; ${i}++) {`);
  code.lines(body);
  code.line('}');
  const isRangeTotal = range.isTotal && isList;
  return finish(emitter, node, { result, keys }, isRangeTotal && isBodyTotal);
}

/** Declaration of the value before the first element, and of a failure that may become irrelevant. */
function declaration({ code }: Emitter, { loop }: LoopNode, result: string): string {
  switch (loop) {
    case 'all':
      return `let ${result} = true, ${result}e;`;
    case 'exists':
      return `let ${result} = false, ${result}e;`;
    case 'exists_one':
      return `let ${result} = 0;`;
    case 'transformMap':
    case 'transformMapEntry':
      return `const ${result} = ${code.helper(newMap)}();`;
    default:
      return `const ${result} = [];`;
  }
}

/** Emits the work on one element; true if it never fails. */
function emitBody(
  emitter: Emitter,
  node: LoopNode,
  locals: Locals,
  { result, key }: { readonly result: string; readonly key: string },
): boolean {
  const { code } = emitter;
  let isTotal = true;
  if (node.filter !== undefined) {
    const filter = emitter.emitBool(node.filter, locals, condition);
    isTotal &&= filter.isTotal;
    code.line(`if (!${filter.text}) continue;`);
  }
  switch (node.loop) {
    case 'all':
    case 'exists':
      return emitDecisive(emitter, node, locals, result);
    case 'exists_one': {
      const test = emitter.emitBool(node.body, locals, condition);
      code.line(`if (${test.text}) ${result}++;`);
      return test.isTotal;
    }
    case 'filter': {
      const test = emitter.emitBool(node.body, locals, condition);
      code.line(`if (${test.text}) ${result}.push(${key});`);
      return test.isTotal;
    }
    case 'transformMap': {
      const value = emitter.emit(node.body, locals);
      code.line(`${result}.add(${key}, ${value.text});`);
      // The keys are those of the range, without duplicates.
      return isTotal && value.isTotal;
    }
    case 'transformMapEntry': {
      const entry = emitter.emit(node.body, locals);
      code.line(`${code.helper(addEntries)}(${result}, ${entry.text});`);
      return false;
    }
    default: {
      const value = emitter.emit(node.body, locals);
      code.line(`${result}.push(${value.text});`);
      return isTotal && value.isTotal;
    }
  }
}

/** One element can decide, which makes the failures of others irrelevant. */
function emitDecisive(emitter: Emitter, node: LoopNode, locals: Locals, result: string): boolean {
  const { code } = emitter;
  const isExists = node.loop === 'exists';
  let isTotal = false;
  const lines = code.block(() => {
    const test = emitter.emitBool(node.body, locals, condition);
    ({ isTotal } = test);
    code.line(`if (${isExists ? '' : '!'}${test.text}) { ${result} = ${isExists}; break; }`);
  });
  if (isTotal) {
    code.lines(lines);
    return true;
  }
  code.line('try {');
  code.lines(lines);
  code.line(`} catch (x) { ${result}e ??= ${code.helper(absorb)}(x); }`);
  return false;
}

function finish(
  { code }: Emitter,
  { loop }: LoopNode,
  { result, keys }: { readonly result: string; readonly keys: string },
  isTotal: boolean,
): Emitted {
  switch (loop) {
    case 'all':
    case 'exists': {
      if (isTotal) return held(result, { isBool: true });
      const isOpen = loop === 'all' ? result : `!${result}`;
      code.line(`if (${isOpen} && ${result}e !== undefined) ${code.helper(throwFailure)}(${result}e);`);
      return { ...held(result, { isBool: true }), isTotal };
    }
    case 'exists_one':
      return computed(`(${result} === 1)`, { isTotal, isBool: true });
    case 'transformMap':
    case 'transformMapEntry':
      return computed(`${result}.build()`, { isTotal });
    case 'sortBy':
      return computed(`${code.helper(sortBy)}(${keys}, ${result})`);
    default:
      return { ...held(result), isTotal };
  }
}
