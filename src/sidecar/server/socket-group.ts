import { readFile } from 'node:fs/promises';
import { wholeNumber } from '../../flag/parsers.ts';

/** Number of a group that is written as a number or as a name of `/etc/group`; undefined for an unknown name. */
export async function groupNumber(group: string): Promise<number | undefined> {
  const number = wholeNumber(group);
  if (typeof number === 'number') return number;
  const text = await readFile('/etc/group', 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [name, , digits = ''] = line.split(':');
    const found = wholeNumber(digits);
    if (name === group && typeof found === 'number') return found;
  }
  return undefined;
}
