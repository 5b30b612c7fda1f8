import { posix } from 'node:path';
import { type Edges, findCycles } from './cycles.ts';
import type { FolderRules, ImportTable } from './import-table.ts';
import { COMPUTED, type Import, NODE_GLOBALS, type Reach, readSource } from './read-source.ts';

/**
 * The violations of the import table, each as `src/folder/file.ts:line: what`, by file and line; cycles last.
 * Imports of types count like all others.
 */
export function checkLayout(files: ReadonlyMap<string, string>, table: ImportTable): string[] {
  const problems: string[] = [];
  const fileEdges = new Map<string, Set<string>>();
  const folderEdges = new Map<string, Set<string>>();

  for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const folder = folderOf(path);
    const rules = table.folders[folder];
    if (rules === undefined) {
      problems.push(`${path}:1: \`${folder}\` is not in the import table`);
      continue;
    }
    const { imports, reaches } = readSource(path, text);
    for (const found of imports) {
      const problem = importProblem(path, folder, rules, found, table);
      if (problem !== undefined) problems.push(`${path}:${found.line}: ${problem}`);
      const target = targetOf(path, found.specifier);
      if (target === undefined) continue;
      link(fileEdges, path, target);
      if (folderOf(target) !== folder) link(folderEdges, folder, folderOf(target));
    }
    for (const found of reaches) {
      const problem = reachProblem(path, folder, rules, found);
      if (problem !== undefined) problems.push(`${path}:${found.line}: ${problem}`);
    }
  }
  return [...problems, ...cyclesAmong('files', fileEdges), ...cyclesAmong('folders', folderEdges)];
}

function importProblem(path: string, folder: string, rules: FolderRules, found: Import, table: ImportTable) {
  const { specifier } = found;
  if (specifier === COMPUTED) return 'imports an expression, which cannot be checked';
  const target = targetOf(path, specifier);
  if (target !== undefined) return edgeProblem(folder, rules, target, found.erased);
  return specifier.startsWith('node:')
    ? nodeProblem(folder, rules, specifier, table)
    : packageProblem(folder, specifier, table);
}

function edgeProblem(
  folder: string,
  rules: FolderRules,
  target: string,
  erased: boolean,
): string | undefined {
  if (!target.startsWith('src/')) return `imports \`${target}\`, which is outside src`;
  const other = folderOf(target);
  if (other === folder || covers(rules.imports, other)) return undefined;
  if (!covers(rules.types ?? [], other)) return `\`${folder}\` may not import \`${other}\` (${target})`;
  return erased ? undefined : `\`${folder}\` may import only types of \`${other}\` (${target})`;
}

function nodeProblem(
  folder: string,
  rules: FolderRules,
  specifier: string,
  table: ImportTable,
): string | undefined {
  if (rules.sealed || rules.portable) {
    return `\`${folder}\` may not import \`${specifier}\`: pass it as a parameter`;
  }
  if (table.pure.includes(specifier)) return undefined;
  return confined(folder, specifier, table.node[specifier]);
}

function packageProblem(folder: string, specifier: string, table: ImportTable): string | undefined {
  const entry = Object.entries(table.packages).find(([name]) =>
    name.endsWith('/') ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`),
  );
  return confined(folder, specifier, entry?.[1]);
}

function confined(
  folder: string,
  specifier: string,
  folders: readonly string[] | undefined,
): string | undefined {
  if (folders === undefined) return `\`${specifier}\` is not in the import table`;
  if (covers(folders, folder)) return undefined;
  return `\`${folder}\` may not import \`${specifier}\`: only ${folders.join(', ')} may`;
}

/** Globals for the clock, randomness and I/O, forbidden in a sealed folder. */
const UNSEALING =
  /^(?:Date\.now|new Date\(\)|Math\.random|performance\..*|crypto\..*|process\..*|[a-zA-Z]+)$/;

function reachProblem(path: string, folder: string, rules: FolderRules, { name }: Reach): string | undefined {
  if (name === 'process.exit' && path !== 'src/main.ts') return 'only src/main.ts may use `process.exit`';
  const ofNode = (rules.portable ?? rules.sealed) && NODE_GLOBALS.includes(name.replace(/\..*/, ''));
  if (ofNode || (rules.sealed && UNSEALING.test(name)))
    return `\`${folder}\` may not use \`${name}\`: pass it as a parameter`;
  return undefined;
}

/** The file of a relative import; undefined for packages and for modules of Node. */
function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
}

/** The row of a file: `src/cel/check/names.ts` is in `cel/check`, `src/cel/compile.ts` in `cel`, `src/main.ts` in `main`. */
export function folderOf(path: string): string {
  const parts = path.split('/').slice(1, -1);
  return parts.length === 0 ? posix.basename(path, '.ts') : parts.join('/');
}

/** True if a row of the table includes the folder: by its name, or as part of a wing such as `cel/`. */
function covers(rows: readonly string[], folder: string): boolean {
  return rows.some((row) => (row.endsWith('/') ? `${folder}/`.startsWith(row) : row === folder));
}

function link(edges: Map<string, Set<string>>, from: string, to: string): void {
  const known = edges.get(from);
  if (known === undefined) edges.set(from, new Set([to]));
  else known.add(to);
}

function cyclesAmong(what: string, edges: Edges): string[] {
  return findCycles(edges).map((way) => `${what} import each other: ${way}`);
}
