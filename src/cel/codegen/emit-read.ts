import type { VariableReference } from '../check/checked.ts';
import { isConverted, loadOf, readerOf } from '../interpret/load.ts';
import { MAX_SECONDS, MIN_SECONDS } from '../value/timestamp.ts';
import type { Type } from '../value/type.ts';
import type { Code } from './code.ts';

/**
 * Writes a function that reads a declared name, and gives its name. It looks at the one thing that is nearly always
 * so; everything else (a value that is not there or of another type, a getter that throws) is left to the slow way.
 */
export function emitRead(code: Code, reference: VariableReference): string {
  return emitReader(code, reference, test(code, reference.type));
}

/** As `emitRead`, of an instant: the object that came in, if its parts are what they have to be. */
export function emitReadInstant(code: Code, reference: VariableReference): string {
  const seconds = `v.seconds >= ${MIN_SECONDS} && v.seconds <= ${MAX_SECONDS} && Math.floor(v.seconds) === v.seconds`;
  const nanos = 'v.nanos >= 0 && v.nanos < 1e9 && Math.floor(v.nanos) === v.nanos';
  return emitReader(code, reference, `if (${seconds} && ${nanos}) return v;`);
}

function emitReader(code: Code, { path, type }: VariableReference, loaded: string): string {
  const { read } = readerOf(path, type);
  const slow = code.constant(read);
  const name = code.fresh('r');
  const way = path.map((part) => `[${code.constant(part)}]`).join('');
  code.declare(
    `const ${name} = (a) => { try { const v = a${way}; ${loaded} } catch { } return ${slow}(a); };`,
  );
  return name;
}

/** Gives the value if it is what was declared. */
function test(code: Code, type: Type): string {
  switch (type.kind) {
    case 'string':
      return 'if (typeof v === "string") return v;';
    case 'bool':
      return 'if (typeof v === "boolean") return v;';
    case 'int':
      return 'if (Number.isSafeInteger(v)) return v;';
    case 'dyn':
      return 'if (v !== undefined) return v;';
    case 'list':
      return isConverted(type) ? loadWhenThere(code, type) : 'if (Array.isArray(v)) return v;';
    case 'map':
      return isConverted(type)
        ? loadWhenThere(code, type)
        : 'if (typeof v === "object" && v !== null && !Array.isArray(v)) return v;';
    default:
      return loadWhenThere(code, type);
  }
}

function loadWhenThere(code: Code, type: Type): string {
  return `if (v !== undefined) return ${code.constant(loadOf(type))}(v);`;
}

/** Reads a field, or an element by a text, of whatever it is asked of. */
type SlowRead = (value: unknown, field: string, written: string) => unknown;

/**
 * Writes a function that reads a field of a map, and gives its name. Maps out of JSON are nearly always plain objects
 * with the field; the slow way takes what is not.
 */
export function emitField(code: Code, field: string, slow: SlowRead): string {
  const name = code.fresh('r');
  const key = code.constant(field);
  const plain = code.constant(Object.prototype);
  const prototype = code.helper(Object.getPrototypeOf);
  // An own key is all that counts: a plain object inherits nothing but what `Object.prototype` has. That the field is
  // read first is what lets the engine below know the object, and what its prototype is, from one look.
  const own = `const v = m[${key}]; if (v !== undefined && !(${key} in ${plain}) && ${prototype}(m) === ${plain}) return v;`;
  const entry = `const v = m.get(${key}); if (v !== undefined) return v;`;
  const fast = `if (typeof m === "object" && m !== null) { ${own} if (m instanceof Map) { ${entry} } }`;
  code.declare(`const ${name} = (m) => { ${fast} return ${code.helper(slow)}(m, ${key}, ${key}); };`);
  return name;
}
