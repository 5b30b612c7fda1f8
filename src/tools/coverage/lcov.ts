import type { Coverage } from './coverage.ts';

/**
 * The tracefile format of `geninfo`: a rule, the first line of an expression and a pattern are lines, true and false of each
 * condition are branches, rules are functions.
 */
export function coverageLcov({ documents }: Coverage, path: (file: string) => string): string {
  const files = new Map<string, FileRecord>();
  const fileOf = (file: string): FileRecord => {
    let record = files.get(file);
    if (record === undefined) {
      record = { lines: new Map(), branches: [], functions: [] };
      files.set(file, record);
    }
    return record;
  };
  for (const { name: policy, counts } of documents) {
    for (const { name, source, tried, matched } of counts.rules) {
      const record = fileOf(source.file);
      hit(record, source.line, tried);
      record.functions.push({ name: `${policy}/${name}`, line: source.line, count: matched });
    }
    for (const { file, lines, body, conditions, evaluated } of counts.expressions) {
      const record = fileOf(file);
      hit(record, lines.position(body.start).line, evaluated);
      for (const condition of conditions) {
        const line = lines.position(condition.range.start).line;
        hit(record, line, condition.true + condition.false + condition.error);
        record.branches.push({ line, counts: [condition.true, condition.false], evaluated });
      }
    }
    for (const { file, lines, range, matched } of counts.patterns) {
      hit(fileOf(file), lines.position(range.start).line, matched);
    }
  }
  return [...files]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, record]) => `${recordText(path(file), record)}\n`)
    .join('');
}

interface FileRecord {
  readonly lines: Map<number, number>;
  readonly branches: {
    readonly line: number;
    readonly counts: readonly [number, number];
    readonly evaluated: number;
  }[];
  readonly functions: { readonly name: string; readonly line: number; readonly count: number }[];
}

function hit({ lines }: FileRecord, line: number, count: number): void {
  lines.set(line, Math.max(lines.get(line) ?? 0, count));
}

function recordText(path: string, { lines, branches, functions }: FileRecord): string {
  const out = ['TN:lictor', `SF:${path}`];
  for (const { name, line } of functions) out.push(`FN:${line},${name}`);
  for (const { name, count } of functions) out.push(`FNDA:${count},${name}`);
  out.push(`FNF:${functions.length}`, `FNH:${functions.filter(({ count }) => count > 0).length}`);
  let hits = 0;
  for (const [block, { line, counts, evaluated }] of branches.toSorted((a, b) => a.line - b.line).entries()) {
    for (const [branch, count] of counts.entries()) {
      out.push(`BRDA:${line},${block},${branch},${evaluated === 0 ? '-' : count}`);
      if (count > 0) hits += 1;
    }
  }
  out.push(`BRF:${branches.length * 2}`, `BRH:${hits}`);
  const sorted = [...lines].toSorted(([a], [b]) => a - b);
  for (const [line, count] of sorted) out.push(`DA:${line},${count}`);
  out.push(`LF:${sorted.length}`, `LH:${sorted.filter(([, count]) => count > 0).length}`, 'end_of_record');
  return out.join('\n');
}
