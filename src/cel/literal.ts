import { parseDuration, parseTimestamp } from './instant.ts';
import type { Problem } from './program.ts';
import { compilePattern } from './regular-expression.ts';
import type { Call, Node } from './syntax-tree.ts';

/**
 * Checks an argument that is written out as text where only certain texts make sense: the pattern of `matches`,
 * a timestamp, a duration. A good one is replaced by its value, so that no evaluation parses it again.
 */
export function prepareLiteral(call: Call): Problem | undefined {
  const argument = call.args.at(-1);
  if (argument?.op !== 'value' || typeof argument.args !== 'string') return undefined;
  const text = argument.args;
  if (call.name === 'matches') {
    const { expression, problem } = compilePattern(text);
    if (problem !== undefined) return bad(argument, `bad pattern for \`matches\`: ${problem}`, PATTERN_HELP);
    argument.args = expression;
  } else if (call.receiver === undefined && call.name === 'timestamp') {
    const date = parseTimestamp(text);
    if (date === undefined) return bad(argument, `\`${text}\` is no timestamp`, TIMESTAMP_HELP);
    argument.args = date;
  } else if (call.receiver === undefined && call.name === 'duration') {
    const duration = parseDuration(text);
    if (duration === undefined) return bad(argument, `\`${text}\` is no duration`, DURATION_HELP);
    argument.args = duration;
  }
  return undefined;
}

const PATTERN_HELP = 'patterns are RE2: no look-around, no back-references';
const TIMESTAMP_HELP = 'write it as RFC 3339 does: `2026-06-01T12:00:00Z`';
const DURATION_HELP = 'write it with units: `90s`, `1h30m`, `250ms`';

const MAX_INT = 2n ** 63n - 1n;

/** Refuses an int that 64 bits do not hold; a negated one may be larger by one. */
export function checkInteger(node: Node, negated: boolean): Problem | undefined {
  if (typeof node.args !== 'bigint' || node.args <= (negated ? MAX_INT + 1n : MAX_INT)) return undefined;
  return bad(node, `\`${node.args}\` does not fit an int`, 'an int has 64 bits');
}

function bad(node: Node, message: string, help: string): Problem {
  return { code: 'cel_literal', message, help, start: node.start, end: node.end };
}
