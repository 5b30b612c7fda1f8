import { cpus } from 'node:os';
import { versionOf } from './toolchain.ts';

/** A Markdown table with aligned columns: the first is text, the others are figures. */
export function figures(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) =>
    Math.max(3, ...[name, ...rows.map((row) => row[column] ?? '')].map((cell) => cell.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), line(rule), ...rows.map(line), ''].join('\n');
}

/** The machine, and the versions that were measured. */
export function machine(...programs: readonly string[]): string {
  const [{ model } = { model: 'unknown processor' }] = cpus();
  const changed =
    versionOf('git', 'status', '--porcelain', '--', 'src', 'package-lock.json') === '' ? '' : ', changed';
  const commit = versionOf('git', 'rev-parse', '--short', 'HEAD');
  return [
    `${model.trim()}, ${cpus().length} cores`,
    `commit ${commit}${changed}`,
    `Node ${process.version.slice(1)}`,
    ...programs,
  ].join('; ');
}

export function microseconds(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}

export function milliseconds(value: number): string {
  return (value / 1000).toFixed(2);
}

/** Least and most of the rounds. */
export function range([least, most]: readonly [number, number] = [0, 0]): string {
  return `${microseconds(least)}–${microseconds(most)}`;
}
