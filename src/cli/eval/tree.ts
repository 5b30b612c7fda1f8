import type { Paint } from '../../diagnostic/paint.ts';
import { type EvaluatedPart, type Evaluation, failed } from '../../tools/testing/evaluation.ts';
import { cut, valueText } from '../../tools/testing/value-text.ts';

/** Widths of the columns of expressions and values, in characters. */
const WIDEST_TEXT = 72;
const WIDEST_VALUE = 60;
/** Number of rounds of a comprehension whose values are shown. */
const MOST_VALUES = 4;

export interface TreeLook {
  readonly paint: Paint;
  readonly secrets: readonly string[];
  /** Blanks before the first column. */
  readonly indent: number;
}

/** Lines of the parts of an expression, each below the part that it belongs to, with its value on the right. */
export function treeLines({ role, parts }: Evaluation, { paint, secrets, indent }: TreeLook): string[] {
  const rows = parts.map((step) => {
    const label = step.depth === 0 ? `${role}: ` : '';
    const text = cut(`${'  '.repeat(step.depth)}${label}${step.text}`, WIDEST_TEXT);
    return { text, step };
  });
  const width = Math.max(0, ...rows.map(({ text }) => text.length)) + 2;
  const margin = ' '.repeat(indent);
  return rows.map(({ text, step }) => {
    const shown = step.outcomes.length === 0 ? paint('dim', text.padEnd(width)) : text.padEnd(width);
    return `${margin}${shown}${outcomeText(step, paint, secrets)}`;
  });
}

function outcomeText({ outcomes }: EvaluatedPart, paint: Paint, secrets: readonly string[]): string {
  if (outcomes.length === 0) return paint('dim', 'not needed');
  const shown = outcomes.slice(0, MOST_VALUES).map((outcome) => {
    if (failed(outcome)) return paint('red', `✗ ${outcome.message}`);
    const text = cut(valueText(outcome, secrets), WIDEST_VALUE);
    if (outcome === true) return paint('green', text);
    return outcome === false ? paint('yellow', text) : paint('cyan', text);
  });
  const more = outcomes.length > MOST_VALUES ? paint('dim', ` … ${outcomes.length} times`) : '';
  return shown.join(paint('dim', ' · ')) + more;
}

/** The same in JSON. */
export function evaluationJson({ role, source, outcome, parts }: Evaluation, secrets: readonly string[]) {
  return {
    role,
    source,
    ...outcomeJson(outcome, secrets),
    steps: parts.map(({ text, depth, outcomes }) => ({
      text,
      depth,
      outcomes: outcomes.map((each) => outcomeJson(each, secrets)),
    })),
  };
}

function outcomeJson(outcome: unknown, secrets: readonly string[]) {
  return failed(outcome) ? { error: outcome.message } : { value: valueText(outcome, secrets) };
}
