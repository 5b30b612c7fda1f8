import { posix } from 'node:path';
import { type Edges, findCycles } from './cycles.ts';
import type { ImportTable, RoomRules } from './import-table.ts';
import { COMPUTED, type Import, type Reach, readSource } from './read-source.ts';

/** What breaks the house rules, each as `src/room/file.ts:line: what`, in order of file and line; cycles last. */
export function checkLayout(files: ReadonlyMap<string, string>, table: ImportTable): string[] {
  const problems: string[] = [];
  const fileEdges = new Map<string, Set<string>>();
  const roomEdges = new Map<string, Set<string>>();

  for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const room = roomOf(path);
    const rules = table.rooms[room];
    if (rules === undefined) {
      problems.push(`${path}:1: \`${room}\` is no room of the import table`);
      continue;
    }
    const { imports, reaches } = readSource(path, text);
    for (const found of imports) {
      const problem = importProblem(path, room, rules, found, table);
      if (problem !== undefined) problems.push(`${path}:${found.line}: ${problem}`);
      const target = targetOf(path, found.specifier);
      if (target === undefined) continue;
      if (!found.erased) link(fileEdges, path, target);
      if (roomOf(target) !== room) link(roomEdges, room, roomOf(target));
    }
    for (const found of reaches) {
      const problem = reachProblem(path, room, rules, found);
      if (problem !== undefined) problems.push(`${path}:${found.line}: ${problem}`);
    }
  }
  return [...problems, ...cyclesAmong('files', fileEdges), ...cyclesAmong('rooms', roomEdges)];
}

function importProblem(path: string, room: string, rules: RoomRules, found: Import, table: ImportTable) {
  const { specifier } = found;
  if (specifier === COMPUTED) return 'imports what only the run time knows';
  const target = targetOf(path, specifier);
  if (target !== undefined) return edgeProblem(room, rules, target, found.erased);
  return specifier.startsWith('node:')
    ? nodeProblem(room, rules, specifier, table)
    : packageProblem(room, specifier, table);
}

function edgeProblem(room: string, rules: RoomRules, target: string, erased: boolean): string | undefined {
  if (!target.startsWith('src/')) return `imports \`${target}\`, which is outside src`;
  const other = roomOf(target);
  if (other === room || rules.imports.includes(other)) return undefined;
  if (!(rules.types?.includes(other) ?? false)) return `\`${room}\` may not import \`${other}\` (${target})`;
  return erased ? undefined : `\`${room}\` may import only types of \`${other}\` (${target})`;
}

function nodeProblem(
  room: string,
  rules: RoomRules,
  specifier: string,
  table: ImportTable,
): string | undefined {
  if (rules.sealed) return `\`${room}\` may not import \`${specifier}\`: it is handed what it needs`;
  if (table.pure.includes(specifier)) return undefined;
  return confined(room, specifier, table.node[specifier]);
}

function packageProblem(room: string, specifier: string, table: ImportTable): string | undefined {
  const entry = Object.entries(table.packages).find(([name]) =>
    name.endsWith('/') ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`),
  );
  return confined(room, specifier, entry?.[1]);
}

function confined(room: string, specifier: string, rooms: readonly string[] | undefined): string | undefined {
  if (rooms === undefined) return `\`${specifier}\` stands in no row of the import table`;
  if (rooms.includes(room)) return undefined;
  return `\`${room}\` may not import \`${specifier}\`: only ${rooms.join(', ')} may`;
}

/** Ways to the clock, to chance and to the world that a sealed room must not take. */
const UNSEALING =
  /^(?:Date\.now|new Date\(\)|Math\.random|performance\..*|crypto\..*|process\..*|[a-zA-Z]+)$/;

function reachProblem(path: string, room: string, rules: RoomRules, { name }: Reach): string | undefined {
  if (name === 'process.exit' && path !== 'src/main.ts') return '`process.exit` belongs to src/main.ts alone';
  if (rules.sealed && UNSEALING.test(name))
    return `\`${room}\` may not use \`${name}\`: it is handed what it needs`;
  return undefined;
}

/** The file that a relative import means; undefined for packages and for modules of Node. */
function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
}

/** `src/cel/compile.ts` stands in `cel`, `src/main.ts` in `main`. */
function roomOf(path: string): string {
  const name = path.split('/')[1] ?? '';
  return name.replace(/\.ts$/, '');
}

function link(edges: Map<string, Set<string>>, from: string, to: string): void {
  const known = edges.get(from);
  if (known === undefined) edges.set(from, new Set([to]));
  else known.add(to);
}

function cyclesAmong(what: string, edges: Edges): string[] {
  return findCycles(edges).map((way) => `${what} import each other: ${way}`);
}
