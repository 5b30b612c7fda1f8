import { lintAdmission } from './admission.ts';
import { Analyses } from './analyses.ts';
import { lintCallers } from './callers.ts';
import { lintClaimTimes } from './claims.ts';
import { lintContradictions } from './contradictions.ts';
import { lintExceptions } from './exceptions.ts';
import { lintExpressions } from './expressions.ts';
import { lintGlobs } from './globs.ts';
import { lintIssuers } from './issuers.ts';
import { lintLimits } from './limits.ts';
import type { LintInput } from './lint-input.ts';
import { lintMissingKeys } from './missing-keys.ts';
import { lintOpenRoutes } from './open-routes.ts';
import { lintOpenApi } from './openapi.ts';
import { lintPatterns } from './patterns.ts';
import { lintPeers } from './peers.ts';
import { PolicyContext } from './policy-context.ts';
import { lintPublicIssuers } from './public-issuers.ts';
import { lintRecords } from './records.ts';
import { lintRules } from './rules.ts';
import { lintTests } from './tests.ts';
import { lintTexts } from './texts.ts';
import { Trials } from './trials.ts';
import { lintUnreadExpressions } from './unread-expressions.ts';

/** Reports policies that are valid and probably not meant as written. One step per policy or batch of expressions. */
export function* lint(input: LintInput): Generator<undefined, void> {
  const analyses = new Analyses(input.work);
  const trials = new Trials(input.set, input.options.now);
  yield* lintExpressions(input, analyses);
  yield* lintMissingKeys(input, analyses);
  yield* lintGlobs(input, analyses, trials);
  yield* lintClaimTimes(input, analyses, trials);
  yield* lintIssuers(input, trials);
  yield* lintCallers(input);
  yield* lintTexts(input);
  yield* lintUnreadExpressions(input);
  const context = new PolicyContext(input.written, input.shadowed);
  for (const policy of input.written) {
    lintPatterns(policy);
    lintRules(policy, context, trials);
    lintExceptions(policy, input.options.now);
    lintLimits(policy);
    lintRecords(policy);
    yield;
  }
  for (const each of input.compiled) lintPeers(each);
  yield* lintOpenRoutes(input, context, trials);
  yield* lintOpenApi(input, context);
  yield* lintPublicIssuers(input, trials);
  yield* lintAdmission(input, analyses, context, trials);
  yield* lintContradictions(input, trials);
  yield* lintTests(input);
}
