import { attempt, Positions } from './pattern-positions.ts';
import type { Part, PatternSyntax } from './pattern-syntax.ts';

/**
 * Which patterns JavaScript's own engine can run without ever going back over a text, and how they are written there.
 * They are those that are anchored at the start and in which the next character alone tells how to go on: every
 * choice that the engine could come back to fails at its first character.
 */

/** A pattern that runs so, and what that takes. */
export interface LinearPattern {
  readonly pattern: RegExp;
  readonly repeats: number;
}

/** Undefined when it is not of this kind. */
export function linearPattern(syntax: PatternSyntax): LinearPattern | undefined {
  if (!syntax.isAnchoredAtStart || !isWritten(syntax.part)) return undefined;
  const shape = attempt(() => new Positions({ isDeterministic: true }).shapeOf(syntax.part));
  if (shape === undefined) return undefined;
  return {
    pattern: new RegExp(`^${write(syntax.part)}${syntax.isAnchoredAtEnd ? '$' : ''}`, 'u'),
    repeats: repeatsIn(syntax.part),
  };
}

/** What prefers fewer repetitions comes back for more. */
function isWritten(part: Part): boolean {
  switch (part.kind) {
    case 'set':
      return true;
    case 'repeat':
      return !part.isLazy && isWritten(part.part);
    default:
      return part.parts.every(isWritten);
  }
}

function repeatsIn(part: Part): number {
  switch (part.kind) {
    case 'set':
      return 0;
    case 'repeat':
      return 1 + repeatsIn(part.part);
    default:
      return part.parts.reduce((sum, each) => sum + repeatsIn(each), 0);
  }
}

function write(part: Part): string {
  switch (part.kind) {
    case 'set':
      return `[${part.set.map(([low, high]) => (low === high ? hexadecimal(low) : `${hexadecimal(low)}-${hexadecimal(high)}`)).join('')}]`;
    case 'sequence':
      return part.parts.map(write).join('');
    case 'choice':
      return `(?:${part.parts.map(write).join('|')})`;
    case 'repeat': {
      const most = part.most === Infinity ? '' : String(part.most);
      return `(?:${write(part.part)}){${part.least},${most}}`;
    }
  }
}

function hexadecimal(code: number): string {
  return `\\u{${code.toString(16)}}`;
}
