import type { Environment } from '../../cel/check/environment.ts';
import { type ExpressionWork, PLAIN_WORK } from '../../cel/expression-work.ts';
import type { ExpressionFindings } from '../../cel/lint.ts';
import type { ValidExpression } from '../compile/expressions.ts';
import { KNOWLEDGE } from './known-values.ts';

/** Findings about expressions, computed once for equal texts over the same names. */
export class Analyses {
  readonly #known = new Map<Environment, Map<string, ExpressionFindings>>();
  readonly #work: ExpressionWork;

  constructor(work: ExpressionWork = PLAIN_WORK) {
    this.#work = work;
  }

  of({ expression, environment }: Pick<ValidExpression, 'expression' | 'environment'>): ExpressionFindings {
    const { source } = expression;
    const isText = expression.isText === true;
    const known = this.#known.get(environment) ?? new Map<string, ExpressionFindings>();
    this.#known.set(environment, known);
    const key = `${isText ? 'text' : 'expression'} ${source}`;
    const findings = known.get(key) ?? this.#work.lint(source, environment, KNOWLEDGE, isText);
    known.set(key, findings);
    return findings;
  }
}
