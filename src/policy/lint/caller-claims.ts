import type { Advice } from '../../diagnostic/advice.ts';
import type { ClaimDocument } from '../language/caller-document.ts';
import { inline } from '../language/inline.ts';
import { report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import { isDotted } from './issuers.ts';

/**
 * Reports claims of `from` and `except` that are written as a path, and are looked up as one name. `known` are the
 * claims that Issuers require, which tokens have. A name with members of its own (`kubernetes.io`) is not a path.
 */
export function reportDotted(claims: readonly ClaimDocument[], known: ReadonlySet<string>): void {
  for (const { name, at, members } of claims) {
    reportDotted(members, known);
    if (members.length > 0 || known.has(name) || !isDotted(name)) continue;
    const message = `the path \`${name}\` is not followed: a token must have a claim with this whole name`;
    const isAlone = claims.filter((each) => rootOf(each) === rootOf({ name })).length === 1;
    report(at, 'dotted_claim', message, nestedHelp(name, at, isAlone), at.key);
  }
}

function rootOf({ name }: Pick<ClaimDocument, 'name'>): string {
  const [root = ''] = name.split('.');
  return root;
}

/** Help with the path as mappings, and the edit that writes them if no other claim would have the same key. */
function nestedHelp(path: string, at: Cursor, isAlone: boolean): Advice {
  const [last = '', ...outer] = path.split('.').toReversed();
  const value = inline(at);
  const text = outer.reduce((inner, name) => `${name}: {${inner}}`, `${last}: ${value ?? '...'}`);
  const help = `write its members as a mapping: \`${text}\``;
  if (value === undefined || at.key === undefined || !isAlone) return { help };
  return { help, edit: { start: at.key.start, end: at.tree.range.end, text } };
}
