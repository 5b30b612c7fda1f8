/** Directed edges by the name of their start. */
export type Edges = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The cycles of a graph, each as a path from its smallest name to the same name: `a → b → a`.
 * One cycle per strongly connected component: the shortest through its smallest name.
 */
export function findCycles(edges: Edges): string[] {
  const cycles: string[] = [];
  const told = new Set<string>();
  for (const start of [...edges.keys()].sort()) {
    if (told.has(start)) continue;
    const way = wayAround(edges, start);
    if (way === undefined) continue;
    cycles.push([...way, start].join(' → '));
    for (const name of way) told.add(name);
  }
  return cycles;
}

/** The shortest path from `start` back to it (breadth first), without the last step; undefined if there is none. */
function wayAround(edges: Edges, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const name of queue) {
    for (const next of [...(edges.get(name) ?? [])].sort()) {
      if (next === start) return trail(cameFrom, start, name);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, name);
      queue.push(next);
    }
  }
  return undefined;
}

function trail(cameFrom: ReadonlyMap<string, string>, start: string, end: string): string[] {
  const way = [end];
  for (let name = end; name !== start; ) {
    const before = cameFrom.get(name);
    if (before === undefined) break;
    way.unshift(before);
    name = before;
  }
  return way;
}
