import { named } from '../../recipe/recipe.ts';
import type { FunctionDeclaration } from './function.ts';

/** Names the functions of overloads, so that a program that calls them can be made again in another process. */
export function nameOverloads(prefix: string, declarations: readonly FunctionDeclaration[]): void {
  for (const { name, overloads } of declarations) {
    for (const [at, { run, runUnpaid, literal }] of overloads.entries()) {
      named(`${prefix}.${name}/${at}`, run);
      named(`${prefix}.${name}/${at}/unpaid`, runUnpaid);
      if (literal?.run !== undefined) named(`${prefix}.${name}/${at}/literal`, literal.run);
    }
  }
}
