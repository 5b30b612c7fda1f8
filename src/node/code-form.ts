import { Script } from 'node:vm';
import { generated } from '../recipe/recipe.ts';

/** Characters of a function from which installing V8's compiled form takes less time than compiling the source. */
const LONG = 4096;

/** V8's compiled form of a long function, for `compileCode` in a process of the same program; undefined for a short one. */
export function compiledForm(parameters: readonly string[], body: string): Uint8Array | undefined {
  return body.length < LONG ? undefined : new Script(expression(parameters, body)).createCachedData();
}

/**
 * A function of the source of its body. With its compiled form, a function of 100,000 characters takes less than a
 * millisecond, and not thirty; a form that V8 does not accept is ignored.
 */
export function compileCode(
  parameters: readonly string[],
  body: string,
  form: Uint8Array | undefined,
): object {
  if (form === undefined) return generated(parameters, body);
  const script = new Script(expression(parameters, body), { cachedData: form });
  return script.runInThisContext() as object;
}

function expression(parameters: readonly string[], body: string): string {
  return `(function (${parameters.join(', ')}) {\n${body}\n})`;
}
