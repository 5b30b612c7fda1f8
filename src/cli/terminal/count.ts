import { thousands } from '../../diagnostic/thousands.ts';

/** Number and noun: `1 policy`, `2 policies`, `0 errors`. */
export function count(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`;
  return `${thousands(number)} ${noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}
