import type { ValidateFunction } from 'ajv';
import { generatedCode, withRecipe } from '../../recipe/recipe.ts';
import { VALIDATOR } from './load-schema.ts';

/** A schema, or a part of it with a validator of its own. */
export interface CompiledPart {
  readonly validate?: unknown;
}

/** Values that generated code names, by the two parts of `scope.NAME[NUMBER]`. */
type Scope = Readonly<Record<string, readonly unknown[] | undefined>>;

/** Declaration of a value at the start of generated code. */
const DECLARATION = /const (\w+) = scope\.(\w+)\[(\d+)\];\s*/y;

/**
 * Notes the recipe of each validator of a schema, of the source that the library generated for it and the values that
 * the source names.
 */
export function noteRecipes(sources: ReadonlyMap<CompiledPart, string>, scope: Scope): void {
  const references = new Map<unknown, { readonly validate: unknown }>();
  for (const part of sources.keys()) references.set(part, { validate: part.validate });
  for (const [{ validate }, source] of sources) {
    if (typeof validate !== 'function') continue;
    const { evaluated } = validate as ValidateFunction;
    const { names, values, body } = split(source, scope);
    const code = generatedCode(
      ['values'],
      `const [${names.join(', ')}] = values;\nconst self = undefined;\n${body}`,
    );
    // Code calls the validator of a part that is not compiled yet through the part.
    const known = values.map((value) => references.get(value) ?? value);
    withRecipe(validate, VALIDATOR, [code, known, evaluated && { ...evaluated }]);
  }
}

function split(
  source: string,
  scope: Scope,
): { readonly names: readonly string[]; readonly values: readonly unknown[]; readonly body: string } {
  const names: string[] = [];
  const values: unknown[] = [];
  DECLARATION.lastIndex = 0;
  let at = 0;
  for (let found = DECLARATION.exec(source); found !== null; found = DECLARATION.exec(source)) {
    const [, name = '', prefix = '', number = ''] = found;
    names.push(name);
    values.push(scope[prefix]?.[Number(number)]);
    at = DECLARATION.lastIndex;
  }
  return { names, values, body: inParentheses(source.slice(at)) };
}

/** A function in parentheses is compiled at once, and not by its first call, which a request waits for. */
function inParentheses(body: string): string {
  return body.replace(/^return (function[^]*\})\s*;?\s*$/, 'return ($1);');
}
