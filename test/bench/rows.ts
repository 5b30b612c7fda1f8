/** The time that this share of all times does not exceed; 1 for the most. */
export function at(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
}

/** A line of figures, and the name of the folder at its end. */
export function row(...cells: readonly string[]): string {
  return `  ${cells
    .slice(0, -1)
    .map((cell) => cell.padStart(8))
    .join('')}  ${cells.at(-1)}`;
}
