import type { ClaimTime } from '../../cel/check/claim-times.ts';
import { EvaluationError } from '../../cel/interpret/program.ts';
import type { ValidExpression } from '../compile/expressions.ts';
import { selectionsOf } from '../compile/identity-reads.ts';
import { selections } from '../compile/match-relations.ts';
import { rangeIn, replacePart } from '../compile/report-problem.ts';
import { report } from '../language/reader.ts';
import type { Analyses } from './analyses.ts';
import { EvaluatedParts } from './evaluated-parts.ts';
import type { Example } from './example.ts';
import type { LintInput } from './lint-input.ts';
import { sampleCaller, sampleToken } from './sample-caller.ts';
import { sampleRequest } from './sample-request.ts';
import { claimsFor } from './sample-values.ts';
import type { Trials } from './trials.ts';

/** Claims that are a number of seconds since 1970 (RFC 7519 section 4.1, OpenID Connect Core sections 2 and 5.1). */
const SECONDS: ReadonlySet<string> = new Set(['exp', 'iat', 'nbf', 'auth_time', 'updated_at']);
/** Pairs of match entries for which an example is tried. */
const MOST_PAIRS = 20;

/** Reports claims that are compared with a timestamp or duration, which fails for every token. */
export function* lintClaimTimes(
  { compiled, options }: LintInput,
  analyses: Analyses,
  trials: Trials,
): Generator<undefined, void> {
  for (const { policy, valid } of compiled) {
    const reading = valid.filter(({ program }) => [...program.reads].some((name) => name.startsWith('jwt')));
    const suspected = reading.filter((each) => analyses.of(each).claimTimes.length > 0);
    if (suspected.length === 0) continue;
    const places = selectionsOf(policy.spec);
    for (const each of suspected) {
      const pairs = places.get(each.expression) ?? selections(policy.spec.match, undefined);
      for (const time of analyses.of(each).claimTimes) {
        const tried = pairs.slice(0, MOST_PAIRS).flatMap(([outer = {}, inner]) => {
          const request = sampleRequest(outer, inner);
          return request === undefined
            ? []
            : [exampleOf(request, time, each, { analyses, trials, now: options.now })];
        });
        reportTime(time, each, tried, trials);
      }
    }
    yield;
  }
}

/** A request with a token that has the claim. */
function exampleOf(
  request: Pick<Example, 'method' | 'host' | 'path'>,
  { claim }: ClaimTime,
  valid: ValidExpression,
  { analyses, trials, now }: { readonly analyses: Analyses; readonly trials: Trials; readonly now: number },
): Example {
  const { method, host, path } = request;
  const governing = trials.policiesFor(request);
  const usual = sampleToken(governing);
  const claims = usual && {
    ...usual.claims,
    ...claimsFor(analyses.of(valid).comparisons, usual.issuer),
    ...(REGISTERED.has(claim) ? {} : { [claim]: Math.floor(now / 1000) - MINUTE }),
  };
  const token = usual && claims && { ...usual, claims };
  return { method, host, path, caller: sampleCaller(governing), token };
}

/** Claims that every token of an example has. */
const REGISTERED: ReadonlySet<string> = new Set(['exp', 'iat', 'sub', 'iss', 'aud']);
const MINUTE = 60;

function reportTime(
  { claim, operator, other, start, end, operation }: ClaimTime,
  { expression, program }: ValidExpression,
  examples: readonly Example[],
  trials: Trials,
): void {
  const parts = new EvaluatedParts(program);
  const isMistaken = (): boolean => {
    const value = parts.take(operation);
    if (operator === '==' || operator === '!=') return value === (operator === '!=');
    return value instanceof EvaluationError;
  };
  for (const example of examples) {
    const confirmed = trials.confirm(example, isMistaken, parts);
    if (confirmed === undefined) continue;
    const isSeconds = SECONDS.has(claim);
    const effect = operator === '==' || operator === '!=' ? 'never equals one' : `fails with \`${operator}\``;
    const kind = isSeconds ? 'is a number of seconds' : 'is a number or text';
    const source = expression.source.slice(start, end);
    const message = `\`${source}\` ${kind} and not a ${other}, so that it ${effect}`;
    const help =
      isSeconds && other === 'timestamp'
        ? replacePart(expression, { start, end }, `timestamp(int(${source}))`)
        : `convert it, for example with \`${other === 'timestamp' ? 'timestamp(...)' : "duration(string(...) + 's')"}\``;
    report(expression.at, 'claim_not_a_time', message, help, rangeIn(expression, start, end), [
      confirmed.text,
    ]);
    return;
  }
}
