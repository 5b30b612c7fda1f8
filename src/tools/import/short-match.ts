import { matchParts } from '../../policy/language/match-text.ts';
import type { Written } from './imported.ts';

/** An entry of `match`; each part that is absent selects everything. */
export interface MatchEntry {
  readonly hosts?: readonly string[] | undefined;
  readonly methods?: readonly string[] | undefined;
  readonly paths?: readonly string[] | undefined;
  readonly when?: string | undefined;
}

/** An entry as a text such as `GET /api/orders`, if it has only methods and at most one path; else as a mapping. */
export function shortMatch(entry: MatchEntry): Written {
  const { hosts, methods = [], paths = [], when } = entry;
  const text = [methods.join('|'), ...paths].filter((part) => part !== '').join(' ');
  const isShort = hosts === undefined && when === undefined && paths.length < 2;
  const meansItself = !methods.some((method) => /[^A-Z-]|^(?:ANY|ALL)$/.test(method));
  return isShort && meansItself && matchParts(text) !== undefined ? text : { ...entry };
}
