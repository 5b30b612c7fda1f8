import type { FunctionDeclaration } from '../../cel/library/function.ts';
import { JSON_FUNCTIONS } from './json-function.ts';
import { SPIFFE_FUNCTIONS } from './spiffe-function.ts';

/** Functions of policies in addition to those of the language, which work with parts of the engine. */
export const ADDED_FUNCTIONS: readonly FunctionDeclaration[] = [...JSON_FUNCTIONS, ...SPIFFE_FUNCTIONS];
