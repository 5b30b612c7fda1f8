import { lintExceptions } from './exceptions.ts';
import { lintExpressions } from './expressions.ts';
import type { LintInput } from './lint-input.ts';
import { lintPatterns } from './patterns.ts';
import { PolicyContext } from './policy-context.ts';
import { lintRules } from './rules.ts';
import { lintTests } from './tests.ts';

/** Reports what is well-formed and hardly what its author wants; one step a policy or a bundle of expressions. */
export function* lint(valid: LintInput): Generator<undefined, void> {
  yield* lintExpressions(valid);
  const around = new PolicyContext(valid.written, valid.shadowed);
  for (const policy of valid.written) {
    lintPatterns(policy);
    lintRules(policy, around);
    lintExceptions(policy, valid.options.now);
    yield;
  }
  yield* lintTests(valid);
}
