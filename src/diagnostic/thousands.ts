/**
 * A whole number with a comma between thousands, such as `1,000,000`. The first use of `toLocaleString` in a process
 * takes 20 ms, for the tables of all languages.
 */
export function thousands(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}
