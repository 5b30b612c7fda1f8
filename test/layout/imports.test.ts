import { readFileSync } from 'node:fs';
import { ROOT } from '../support/tools.ts';
import { checkLayout, folderOf } from './check-layout.ts';
import { findCycles } from './cycles.ts';
import { IMPORT_TABLE, type ImportTable } from './import-table.ts';
import { sources } from './sources.ts';

const table: ImportTable = IMPORT_TABLE;

describe('the import table', () => {
  test('is respected by every file of src', () => {
    const files = sources();
    expect(files.has('src/main.ts')).toBe(true);
    expect(checkLayout(files, table)).toEqual([]);
  });

  test('has no cycle, and names only folders with a row', () => {
    const folders = Object.keys(table.folders);
    const within = (row: string): string[] =>
      row.endsWith('/') ? folders.filter((folder) => `${folder}/`.startsWith(row)) : [row];
    const edges = Object.entries(table.folders).map(([folder, rules]) => {
      const rows = [...rules.imports, ...(rules.types ?? [])].flatMap(within);
      return [folder, new Set(rows.filter((row) => row !== folder))] as const;
    });
    expect(findCycles(new Map(edges))).toEqual([]);
    const named = [
      ...edges.flatMap(([, targets]) => [...targets]),
      ...Object.values(table.packages).flat(),
      ...Object.values(table.node).flat(),
    ];
    expect(named.filter((row) => within(row).every((folder) => !(folder in table.folders)))).toEqual([]);
  });

  test('has a row for every package at run time, and no other rows', () => {
    const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    const used = Object.keys(manifest.dependencies);
    const rows = Object.keys(table.packages);
    const covers = (row: string, name: string): boolean =>
      row.endsWith('/') ? name.startsWith(row) : row === name || row.startsWith(`${name}/`);
    expect(used.filter((name) => !rows.some((row) => covers(row, name)))).toEqual([]);
    expect(rows.filter((row) => !used.some((name) => covers(row, name)))).toEqual([]);
  });

  test('has a row for every folder with files, and no other rows', () => {
    const used = new Set([...sources().keys()].map(folderOf));
    expect(Object.keys(table.folders).toSorted()).toEqual([...used].toSorted());
  });

  test('reports an import added to the real sources', () => {
    const files = sources();
    const path = 'src/engine/request/host.ts';
    files.set(path, `import type { PolicySet } from '../set/policy-set.ts';\n${files.get(path) ?? ''}`);
    expect(checkLayout(files, table)).toContain(
      `${path}:1: \`engine/request\` may not import \`engine/set\` (src/engine/set/policy-set.ts)`,
    );
  });
});

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'an edge of the table',
    files: { 'src/cel/check/a.ts': "import { b } from '../../diagnostic/b.ts';\nexport { b };" },
    problems: [],
  },
  {
    name: 'an edge that is not in the table',
    files: { 'src/engine/identity/a.ts': "// first line\nimport { b } from '../../policy/b.ts';\nb();" },
    problems: ['src/engine/identity/a.ts:2: `engine/identity` may not import `policy` (src/policy/b.ts)'],
  },
  {
    name: 'the same edge in a type, a re-export, a type expression and a dynamic import',
    files: {
      'src/engine/limit/a.ts': "import type { B } from '../../cel/b.ts';\nexport type C = B;",
      'src/engine/limit/b.ts': "export * from '../../cel/b.ts';",
      'src/engine/limit/c.ts': "export type D = import('../../cel/b.ts').B;",
      'src/engine/limit/d.ts': "export const e = await import('../../cel/b.ts');",
    },
    problems: ['a', 'b', 'c', 'd'].map(
      (name) => `src/engine/limit/${name}.ts:1: \`engine/limit\` may not import \`cel\` (src/cel/b.ts)`,
    ),
  },
  {
    name: 'a type from a folder of which only types may be imported',
    files: { 'src/policy/source/a.ts': "import type { B } from '../yaml/b.ts';\nexport type C = B;" },
    problems: [],
  },
  {
    name: 'a value from a folder of which only types may be imported',
    files: { 'src/policy/source/a.ts': "import { type B, c } from '../yaml/b.ts';\nexport const d: B = c;" },
    problems: [
      'src/policy/source/a.ts:1: `policy/source` may import only types of `policy/yaml` (src/policy/yaml/b.ts)',
    ],
  },
  {
    name: 'a cycle of files within one folder',
    files: {
      'src/cel/a.ts': "import { b } from './b.ts';\nexport const a = b;",
      'src/cel/b.ts': "import { c } from './c.ts';\nexport const b = c;",
      'src/cel/c.ts': "export { a as c } from './a.ts';",
    },
    problems: ['files import each other: src/cel/a.ts → src/cel/b.ts → src/cel/c.ts → src/cel/a.ts'],
  },
  {
    name: 'types that import each other within one folder',
    files: {
      'src/cel/a.ts': "import type { B } from './b.ts';\nexport type A = B;",
      'src/cel/b.ts': "import type { A } from './a.ts';\nexport type B = A;",
    },
    problems: ['files import each other: src/cel/a.ts → src/cel/b.ts → src/cel/a.ts'],
  },
  {
    name: 'a cycle of folders, of types only',
    files: {
      'src/policy/a.ts': "import type { B } from '../engine/set/b.ts';\nexport type A = B;",
      'src/engine/set/b.ts': "import type { A } from '../../policy/a.ts';\nexport type B = A;",
    },
    problems: [
      'src/engine/set/b.ts:1: `engine/set` may not import `policy` (src/policy/a.ts)',
      'files import each other: src/engine/set/b.ts → src/policy/a.ts → src/engine/set/b.ts',
      'folders import each other: engine/set → policy → engine/set',
    ],
  },
  {
    name: 'a library outside its folder, and a file of that library',
    files: {
      'src/engine/decision/a.ts': "import { jwtVerify } from 'jose';\nexport { jwtVerify };",
      'src/cel/a.ts': "import Ajv from 'ajv/dist/2020.js';\nexport { Ajv };",
      'src/sidecar/server/a.ts': "import { trace } from '@opentelemetry/api';\nexport { trace };",
    },
    problems: [
      'src/cel/a.ts:1: `cel` may not import `ajv/dist/2020.js`: only engine/schema may',
      'src/engine/decision/a.ts:1: `engine/decision` may not import `jose`: only tools/testing may',
      'src/sidecar/server/a.ts:1: `sidecar/server` may not import `@opentelemetry/api`: only sidecar/telemetry may',
    ],
  },
  {
    name: 'a library that is not in the table',
    files: { 'src/cel/a.ts': "import pad from 'left-pad';\nexport { pad };" },
    problems: ['src/cel/a.ts:1: `left-pad` is not in the import table'],
  },
  {
    name: 'a module of Node outside its folders',
    files: { 'src/sidecar/rpc/a.ts': "import { connect } from 'node:net';\nexport { connect };" },
    problems: [
      'src/sidecar/rpc/a.ts:1: `sidecar/rpc` may not import `node:net`: only sidecar/socket, sidecar/transport, sidecar/transport/grpc-js, sidecar/admin, sidecar/audit, sidecar/loading, node may',
    ],
  },
  {
    name: 'any module of Node in a portable folder',
    files: { 'src/engine/request/a.ts': "import { join } from 'node:path';\nexport { join };" },
    problems: [
      'src/engine/request/a.ts:1: `engine/request` may not import `node:path`: pass it as a parameter',
    ],
  },
  {
    name: 'a global of Node in a folder that a browser runs: a value, a type, a call, a way to all of them',
    files: {
      'src/cel/value/a.ts': [
        'export const a = Buffer.from("");',
        'export const b = (bytes: Buffer, timer: NodeJS.Timeout) => [bytes, timer];',
        'export const c = { setImmediate, d: __dirname };',
        'export const e = (work: () => void) => { setImmediate(work); process.nextTick(work); };',
        'export const { f } = globalThis;',
        'export const g = typeof process === "undefined";',
      ].join('\n'),
      'src/engine/decision/a.ts': 'export const a = [Buffer, process];',
    },
    problems: [
      'cel/value/a.ts:1 Buffer',
      'cel/value/a.ts:2 Buffer',
      'cel/value/a.ts:2 NodeJS',
      'cel/value/a.ts:3 setImmediate',
      'cel/value/a.ts:3 __dirname',
      'cel/value/a.ts:4 setImmediate',
      'cel/value/a.ts:4 process.nextTick',
      'cel/value/a.ts:5 globalThis',
      'cel/value/a.ts:6 process',
      'engine/decision/a.ts:1 Buffer',
      'engine/decision/a.ts:1 process',
    ].map((use) => {
      const [place = '', name = ''] = use.split(' ');
      const folder = place.split('/').slice(0, 2).join('/');
      return `src/${place}: \`${folder}\` may not use \`${name}\`: pass it as a parameter`;
    }),
  },
  {
    name: 'nothing of names that only look like those of Node, nor where Node is at hand',
    files: {
      'src/cel/value/a.ts': [
        "import { Buffer, type global } from './b.ts';",
        'export const a = (process: string): string => process.slice(1) + Buffer.name;',
        'export const b = ({ setImmediate: later, require = later }: Record<string, () => void>) => require();',
        'export class C { process = 1; Buffer() { return this.process; } }',
        'export type D = { readonly process: string; global: global };',
        'export function e(): number { return clearImmediate(); }',
        'function clearImmediate(): number { return 1; }',
        'try { e(); } catch (process) { e(); }',
        'for (const __dirname of ["Buffer"]) b({ __dirname: () => __dirname, setImmediate: e });',
      ].join('\n'),
      'src/cel/value/b.ts': 'export const Buffer = { name: "process" };\nexport type global = 1;',
      'src/node/a.ts': 'export const a = [Buffer, setImmediate, process.version];',
    },
    problems: [],
  },
  {
    name: 'a global of Node beside a local one of its name',
    files: {
      'src/cel/value/a.ts': [
        'export const a = (process: { x: number }) => process.x;',
        'export const b = () => process.x;',
      ].join('\n'),
    },
    problems: ['src/cel/value/a.ts:2: `cel/value` may not use `process.x`: pass it as a parameter'],
  },
  {
    name: 'a folder that is not in the table',
    files: { 'src/utils/a.ts': 'export const a = 1;' },
    problems: ['src/utils/a.ts:1: `utils` is not in the import table'],
  },
  {
    name: 'an import from outside of src, and one of an expression',
    files: {
      'src/cli/a.ts': "import { b } from '../../test/support/b.ts';\nb();",
      'src/cli/b.ts': 'export const c = (name: string) => import(name);',
    },
    problems: [
      'src/cli/a.ts:1: imports `test/support/b.ts`, which is outside src',
      'src/cli/b.ts:1: imports an expression, which cannot be checked',
    ],
  },
  {
    name: 'process.exit outside of main, in any notation',
    files: {
      'src/main.ts': 'process.exit(1);',
      'src/sidecar/server/a.ts':
        "process.exit(1);\nprocess['exit'](2);\nprocess.exitCode = 3; // process.exit in a comment",
    },
    problems: [
      'src/sidecar/server/a.ts:1: only src/main.ts may use `process.exit`',
      'src/sidecar/server/a.ts:2: only src/main.ts may use `process.exit`',
    ],
  },
  {
    name: 'clock, randomness and I/O in a sealed folder',
    files: {
      'src/engine/decision/a.ts': [
        "import { createHash } from 'node:crypto';",
        'export const a = [Date.now(), new Date(), new Date(0), Math.random(), Math.max(1, 2), performance.now()];',
        'export const b = [crypto.randomUUID(), process.hrtime(), fetch("https://acme.example"), createHash];',
        'export const c = setTimeout(() => 1, 2);',
      ].join('\n'),
    },
    problems: [
      'src/engine/decision/a.ts:1: `engine/decision` may not import `node:crypto`: pass it as a parameter',
      ...['Date.now', 'new Date()', 'Math.random', 'performance.now'].map(
        (name) =>
          `src/engine/decision/a.ts:2: \`engine/decision\` may not use \`${name}\`: pass it as a parameter`,
      ),
      ...['crypto.randomUUID', 'process.hrtime', 'fetch'].map(
        (name) =>
          `src/engine/decision/a.ts:3: \`engine/decision\` may not use \`${name}\`: pass it as a parameter`,
      ),
      'src/engine/decision/a.ts:4: `engine/decision` may not use `setTimeout`: pass it as a parameter',
    ],
  },
];

describe('the check of the layout', () => {
  test.each(CASES)('$name', ({ files, problems }) => {
    expect(checkLayout(new Map(Object.entries(files)), table)).toEqual(problems);
  });
});
