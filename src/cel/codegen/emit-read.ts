import type { VariableReference } from '../check/checked.ts';
import { isConverted, loadOf, readOf } from '../interpret/load.ts';
import { MAX_SECONDS, MIN_SECONDS } from '../value/timestamp.ts';
import type { Type } from '../value/type.ts';
import type { Code } from './code.ts';

/**
 * Emits a function that reads a declared name, and returns the name of the function. The function tests the one thing
 * that is nearly always true; everything else (a missing value or one of another type, a getter that throws) is left
 * to the slow path.
 */
export function emitRead(code: Code, reference: VariableReference): string {
  return emitReader(code, reference, test(code, reference.type));
}

/** As `emitRead`, for a timestamp: the object of the activation if its parts are valid. */
export function emitReadInstant(code: Code, reference: VariableReference): string {
  const seconds = `v.seconds >= ${MIN_SECONDS} && v.seconds <= ${MAX_SECONDS} && Math.floor(v.seconds) === v.seconds`;
  const nanos = 'v.nanos >= 0 && v.nanos < 1e9 && Math.floor(v.nanos) === v.nanos';
  return emitReader(code, reference, `if (${seconds} && ${nanos}) return v;`);
}

/** Emits the read of a declared name whose value needs neither a test nor a conversion. */
export function emitOwnRead(code: Code, path: readonly string[]): string {
  return `a${path.map((part) => `[${code.constant(part)}]`).join('')}`;
}

function emitReader(code: Code, { path, type }: VariableReference, loaded: string): string {
  const slow = code.constant(readOf(path, type));
  const name = code.fresh('r');
  const way = path.map((part) => `[${code.constant(part)}]`).join('');
  code.declare(
    `const ${name} = (a) => { try { const v = a${way}; ${loaded} } catch { } return ${slow}(a); };`,
  );
  return name;
}

/** Code that returns the value if it has the declared type. */
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

/** Reads a field, or an element by a string, of any value. */
type SlowRead = (value: unknown, field: string, written: string) => unknown;

/**
 * Emits a function that reads a field of a map, and returns the name of the function. Maps from JSON are nearly
 * always plain objects with the field; the slow path handles all others.
 */
export function emitField(code: Code, field: string, slow: SlowRead): string {
  const name = code.fresh('r');
  const key = code.constant(field);
  const plain = code.constant(Object.prototype);
  const prototype = code.helper(Object.getPrototypeOf);
  // Only own keys count: a plain object inherits nothing but the properties of `Object.prototype`. Because the field
  // is read first, the JavaScript engine knows the object and its prototype from one check.
  const own = `const v = m[${key}]; if (v !== undefined && !(${key} in ${plain}) && ${prototype}(m) === ${plain}) return v;`;
  const entry = `const v = m.get(${key}); if (v !== undefined) return v;`;
  const fast = `if (typeof m === "object" && m !== null) { ${own} if (m instanceof Map) { ${entry} } }`;
  code.declare(`const ${name} = (m) => { ${fast} return ${code.helper(slow)}(m, ${key}, ${key}); };`);
  return name;
}
