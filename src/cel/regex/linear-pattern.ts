import { attempt, Positions } from './pattern-positions.ts';
import type { Part, PatternSyntax } from './pattern-syntax.ts';

/**
 * Patterns that JavaScript's own engine runs without backtracking, and their notation there. They are anchored at the
 * start, and the next character alone determines how to continue: every alternative to which the engine could return
 * fails at its first character.
 */

/** Pattern for JavaScript's engine, and its number of repetitions, which determines the cost. */
export interface LinearPattern {
  readonly pattern: RegExp;
  readonly repeats: number;
}

/** The pattern for JavaScript's engine; undefined if that engine could backtrack. */
export function linearPattern(syntax: PatternSyntax): LinearPattern | undefined {
  if (!syntax.isAnchoredAtStart || !isGreedy(syntax.part)) return undefined;
  const shape = attempt(() => new Positions({ isDeterministic: true }).shapeOf(syntax.part));
  if (shape === undefined) return undefined;
  return {
    pattern: new RegExp(`^${write(syntax.part)}${syntax.isAnchoredAtEnd ? '$' : ''}`, 'u'),
    repeats: repeatsIn(syntax.part),
  };
}

/** False for a lazy repetition, which backtracks for more. */
function isGreedy(part: Part): boolean {
  switch (part.kind) {
    case 'set':
      return true;
    case 'repeat':
      return !part.isLazy && isGreedy(part.part);
    default:
      return part.parts.every(isGreedy);
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
