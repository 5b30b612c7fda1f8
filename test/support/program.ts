import { fileURLToPath } from 'node:url';
import { ROOT } from './tools.ts';

/** The program, run from source by Node. */
export const MAIN: string = fileURLToPath(new URL('src/main.ts', ROOT));

/**
 * Environment of its processes. Stripping the types of all modules takes half of the time of a start: Node keeps the
 * result, by the content of a module, until `make clean`.
 */
export const PROGRAM_ENVIRONMENT = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/node', ROOT)),
} as const;
