import type { ComparedText, TextComparison } from '../../cel/check/text-comparisons.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import type { Decision } from '../../engine/decision/decide.ts';
import { compilePrincipal, type PrincipalPattern } from '../../engine/identity/principal.ts';
import { principalsOverlap } from '../../engine/identity/principal-contains.ts';
import { SPIFFE_SCHEME } from '../../engine/identity/spiffe.ts';
import type { CompiledPolicy, MtlsRequirement } from '../../engine/set/policy-set.ts';
import type { ValidExpression } from '../compile/expressions.ts';
import { selectionsOf } from '../compile/identity-reads.ts';
import { type EntryPair, selections } from '../compile/match-relations.ts';
import type { CompiledExpressions, WrittenPolicy } from '../compile/policy-compiler.ts';
import { rangeIn } from '../compile/report-problem.ts';
import { listed } from '../compile/written-places.ts';
import { report } from '../language/reader.ts';
import type { Analyses } from './analyses.ts';
import type { LintInput } from './lint-input.ts';
import type { PolicyContext } from './policy-context.ts';
import { samplePrincipal } from './sample-caller.ts';
import { sampleRequest } from './sample-request.ts';
import type { Trials } from './trials.ts';

/** Bound on the comparisons of principals. Beyond it nothing is reported. */
const MOST_COMPARISONS = 50_000;
/** Pairs of match entries for which an example is tried. */
const MOST_PAIRS = 20;

/** A requirement of a policy that every caller of an expression has met. */
interface Requirement {
  readonly policy: CompiledPolicy;
  readonly mtls: Pick<MtlsRequirement, 'from'> & { readonly principals: readonly PrincipalPattern[] };
}

/** Reports comparisons with principals that `authenticate.mtls` never lets in. */
export function* lintAdmission(
  { compiled, policies }: LintInput,
  analyses: Analyses,
  context: PolicyContext,
  trials: Trials,
): Generator<undefined, void> {
  const room = { left: MOST_COMPARISONS };
  for (const each of compiled) {
    const reading = each.valid.filter(({ program }) => [...program.reads].some(isOfCaller));
    if (reading.length === 0) continue;
    const requirements = requirementsFor(each.policy, policies, context);
    if (requirements.length === 0) continue;
    const places = selectionsOf(each.policy.spec);
    for (const valid of reading) {
      const pairs = places.get(valid.expression) ?? selections(each.policy.spec.match, undefined);
      for (const comparison of analyses.of(valid).comparisons) {
        reportComparison(comparison, { valid, each, requirements, pairs, trials, room });
        if (room.left <= 0) return;
      }
    }
    yield;
  }
}

function isOfCaller(name: string): boolean {
  return /^(?:source|caller)\.(?:principal$|spiffe\b)/.test(name);
}

/** The requirements for a peer of the policy itself and of those that apply to all of its requests. */
function requirementsFor(
  policy: WrittenPolicy,
  policies: LintInput['policies'],
  context: PolicyContext,
): readonly Requirement[] {
  return [policy, ...context.of(policy)].flatMap(({ name }) => {
    const compiled = policies.get(name);
    const { mtls } = compiled ?? {};
    // The next version of a Dataset can have any principal.
    if (compiled === undefined || mtls?.principals === undefined || mtls.principals.datasets.length > 0)
      return [];
    return [{ policy: compiled, mtls: { from: mtls.from, principals: mtls.principals.patterns } }];
  });
}

interface Place {
  readonly valid: ValidExpression;
  readonly each: CompiledExpressions;
  readonly requirements: readonly Requirement[];
  readonly pairs: readonly EntryPair[];
  readonly trials: Trials;
  readonly room: { left: number };
}

function reportComparison(comparison: TextComparison, place: Place): void {
  const { each, requirements, room } = place;
  if (!isOfCaller(comparison.name)) return;
  const own = requirements.find(({ policy }) => policy.name === each.policy.name)?.mtls.from;
  const forwarded = requirements.some(({ mtls }) => mtls.from === 'xfcc') ? 'xfcc' : 'connection';
  const from = comparison.name.startsWith('source.') ? 'connection' : (own ?? forwarded);
  for (const requirement of requirements.filter(({ mtls }) => mtls.from === from)) {
    const { principals } = requirement.mtls;
    for (const compared of comparison.texts) {
      const patterns = comparedPrincipals(comparison, compared.text, principals);
      room.left -= patterns.length * principals.length;
      if (room.left <= 0) return;
      const isAdmitted = patterns.some((one) => principals.some((other) => principalsOverlap(one, other)));
      const [pattern] = patterns;
      if (pattern !== undefined && !isAdmitted) reportText(compared, pattern, comparison, requirement, place);
    }
  }
}

/** Patterns of the principals for which a comparison is true; none if they are not known. */
function comparedPrincipals(
  { name, test }: TextComparison,
  text: string,
  admitted: readonly PrincipalPattern[],
): readonly PrincipalPattern[] {
  const isPattern = test === 'spiffe';
  if (text === '' || test === 'startsWith' || test === 'endsWith' || (!isPattern && text.includes('*')))
    return [];
  const within = (path: string): readonly PrincipalPattern[] => {
    const domains = new Set(admitted.flatMap((each) => (each.kind === 'spiffe' ? each.trustDomain : [])));
    return [...domains].flatMap(
      (domain) => compilePrincipal(`${SPIFFE_SCHEME}${domain}${path}`).pattern ?? [],
    );
  };
  switch (name.replace(/^\w+\./, '')) {
    case 'principal':
      return [compilePrincipal(text).pattern ?? { kind: 'exact', source: text }];
    case 'spiffe.trust_domain':
      return [compilePrincipal(`${SPIFFE_SCHEME}${text}/**`).pattern ?? []].flat();
    case 'spiffe.namespace':
      return within(`/ns/${text}/**`);
    case 'spiffe.service_account':
      return within(`/ns/*/**/sa/${text}`);
    default:
      return within(text);
  }
}

function reportText(
  { text, start, end }: ComparedText,
  pattern: PrincipalPattern,
  comparison: TextComparison,
  { policy, mtls }: Requirement,
  { valid: { expression }, each, pairs, trials }: Place,
): void {
  const caller = { principal: samplePrincipal(pattern), via: mtls.from };
  const confirmed = pairs.slice(0, MOST_PAIRS).flatMap(([outer = {}, inner]) => {
    const request = sampleRequest(outer, inner);
    const example = request && { ...request, caller, token: undefined };
    const isRefused = (decision: Decision): boolean =>
      decision.reason === 'peer_untrusted' && decision.policy === policy.name;
    return (example && trials.confirm(example, isRefused)) ?? [];
  })[0];
  if (confirmed === undefined) return;
  const isOwn = policy.name === each.policy.name;
  const verb = comparison.test === 'spiffe' ? 'never matches' : 'is never';
  const who = isOwn ? '`authenticate.mtls`' : `\`authenticate.mtls\` of \`${policy.name}\``;
  const only = listed(mtls.principals.map(({ source }) => source));
  const message = `\`${comparison.name}\` ${verb} \`${text}\`: ${who} accepts only ${only}`;
  const near = similar(text, mtls.principals);
  const help =
    near === undefined
      ? `add it to \`principals\`${isOwn ? '' : ` of \`${policy.name}\``}, or remove it here`
      : `did you mean \`${near}\`?`;
  const place = rangeIn(expression, start, end);
  report(expression.at, 'principal_never_admitted', message, help, place, [confirmed.text]);
}

/** An accepted SPIFFE ID that differs in one segment, by a typo. */
function similar(text: string, principals: readonly PrincipalPattern[]): string | undefined {
  const segments = text.split('/');
  const last = (source: string): string | undefined => {
    const others = source.split('/');
    const different = others.filter((segment, index) => segment !== segments[index]);
    const [segment] = different;
    if (others.length !== segments.length || different.length !== 1 || source.includes('*')) return undefined;
    return nearest(segments[others.indexOf(segment ?? '')] ?? '', [segment ?? '']);
  };
  return principals.map(({ source }) => source).find((source) => last(source) !== undefined);
}
