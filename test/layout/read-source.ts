import type { Expression, PrivateIdentifier, StringLiteral, TSImportType } from 'oxc-parser';
import { parseSync, Visitor } from 'oxc-parser';
import { freeNames } from './free-names.ts';

/** An import of a file: static, dynamic, re-export, or the type `import('...')`. */
export interface Import {
  readonly specifier: string;
  /** True if erased at run time: `import type`, `export type` and similar. `import { type A }` still loads the module. */
  readonly erased: boolean;
  readonly line: number;
}

/** A use of the environment of a program: `process.exit`, `Date.now`, `new Date()`, `fetch`, `Buffer`. */
export interface Reach {
  readonly name: string;
  readonly start: number;
  readonly line: number;
}

export interface Source {
  readonly imports: readonly Import[];
  readonly reaches: readonly Reach[];
}

/** Globals for time, randomness, I/O and the end of the process. */
const OBJECTS = ['process', 'Date', 'Math', 'performance', 'crypto'];
const CALLS = ['fetch', 'setTimeout', 'setInterval', 'setImmediate'];
/** Names that Node has and browsers do not, and `globalThis`, which leads to all of them. */
export const NODE_GLOBALS = [
  'Buffer',
  'process',
  'setImmediate',
  'clearImmediate',
  '__dirname',
  '__filename',
  'require',
  'global',
  'globalThis',
  'NodeJS',
];

/**
 * Reads the imports and the uses of the environment of one TypeScript file.
 *
 * @throws Error if the file does not parse.
 */
export function readSource(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path} does not parse: ${errors[0].message}`);
  const imports: Import[] = [];
  const reaches: Reach[] = [];
  const line = (offset: number): number => text.slice(0, offset).split('\n').length;
  const add = (source: Expression | StringLiteral | null, erased: boolean, start: number): void => {
    if (source === null) return;
    const specifier = source.type === 'Literal' && typeof source.value === 'string' ? source.value : COMPUTED;
    imports.push({ specifier, erased, line: line(start) });
  };
  const globals = freeNames(program);
  // A name that the file declares itself is not the global.
  const reach = (name: string, start: number): void => {
    if (globals.has(start)) reaches.push({ name, start, line: line(start) });
  };

  new Visitor({
    ImportDeclaration: (node) => add(node.source, node.importKind === 'type', node.start),
    ExportNamedDeclaration: (node) => add(node.source, node.exportKind === 'type', node.start),
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === 'type', node.start),
    ImportExpression: (node) => add(node.source, false, node.start),
    TSImportType: (node: TSImportType) => add(node.source, true, node.start),
    MemberExpression: (node) => {
      if (node.object.type !== 'Identifier' || !OBJECTS.includes(node.object.name)) return;
      reach(`${node.object.name}.${memberName(node.property)}`, node.start);
    },
    NewExpression: (node) => {
      const now =
        node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0;
      if (now) reach('new Date()', node.callee.start);
    },
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && CALLS.includes(node.callee.name))
        reach(node.callee.name, node.start);
    },
  }).visit(program);
  const found = new Set(reaches.map(({ start }) => start));
  for (const [start, name] of globals) {
    if (NODE_GLOBALS.includes(name) && !found.has(start)) reach(name, start);
  }
  return { imports, reaches: reaches.toSorted((a, b) => a.start - b.start) };
}

/** Placeholder for the specifier of an `import(expression)`, which is unknown. */
export const COMPUTED = '(computed)';

function memberName(property: Expression | PrivateIdentifier): string {
  if (property.type === 'Identifier') return property.name;
  return property.type === 'Literal' ? String(property.value) : '?';
}
