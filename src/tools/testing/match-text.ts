import { parse } from '../../cel/syntax/parse.ts';
import { mayInterpolate } from '../../cel/syntax/parse-text.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import { rateText } from '../../engine/limit/rate.ts';
import type { PrincipalSet } from '../../engine/set/callers.ts';
import type { MatchEntryResult } from '../../engine/set/match.ts';
import type {
  CompiledLimit,
  CompiledMatch,
  CompiledPolicy,
  CompiledRule,
  JwtRequirement,
  MtlsRequirement,
  ResponseValue,
} from '../../engine/set/policy-set.ts';
import { claimsText, principalsText } from './caller-text.ts';
import { oneOf } from './one-of.ts';

/** The reason why an entry of a match does not select a request. */
export function mismatchText(
  { hosts, methods, paths }: CompiledMatch,
  result: MatchEntryResult['result'],
): string {
  switch (result) {
    case 'host':
      return `the host is not ${oneOf((hosts ?? []).map(({ text }) => text))}`;
    case 'method':
      return `the method is not ${oneOf([...(methods ?? [])])}`;
    case 'path':
      return `the path is not ${oneOf((paths ?? []).map(({ text }) => text))}`;
    case 'when':
      return '`when` does not hold';
    case 'failed':
      return '`when` failed';
    case 'selected':
      return '';
  }
}

/** One entry in a line: `GET, POST /api/orders at orders.acme.svc`. */
export function entryText({ hosts, methods, paths }: CompiledMatch): string {
  const parts = [
    methods === undefined ? '' : [...methods].join(', '),
    paths === undefined ? '' : paths.map(({ text }) => text).join(', '),
    hosts === undefined ? '' : `at ${hosts.map(({ text }) => text).join(', ')}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'every request' : parts.join(' ');
}

/** An expression in one line. */
export function oneLine(source: string): string {
  return source.replaceAll(/\s+/g, ' ').trim();
}

/** A value as it is written: text, text with expressions, or `{cel: ...}`. */
export function valueText(value: ResponseValue): string {
  if (typeof value === 'string') return JSON.stringify(value.replaceAll('${', '$${'));
  const { source } = value;
  const isText = mayInterpolate(source) && parse(source).problems.length > 0;
  return isText ? JSON.stringify(source) : `{cel: ${oneLine(source)}}`;
}

export function mtlsText({ principals, from }: MtlsRequirement): string {
  const who = from === 'xfcc' ? 'a client of the nearest trusted proxy' : 'a peer';
  if (principals === undefined) return from === 'xfcc' ? who : 'any peer with a certificate';
  return `${who} that is ${principalsText(principals)}`;
}

/** The peers that are required where no policy has `mtls`; `others` are the policies that may apply to the request. */
export function namedPeersText(peers: PrincipalSet, others: readonly CompiledPolicy[]): string {
  const isElsewhere = others.some(({ mode, mtls }) => mode === 'enforce' && mtls !== undefined);
  return `a peer that is ${principalsText(peers)}${isElsewhere ? ', unless another policy authenticates one' : ''}`;
}

export function jwtText({ issuers, required, bind }: JwtRequirement): string {
  const names = issuers.map(issuerText).join(', ');
  const bound = bind === undefined ? '' : ' that is bound to the certificate of the caller';
  return `a token of ${names}${bound}${required ? '' : ', if there is one'}`;
}

/** The name of an Issuer, with what its preset sets. */
function issuerText(issuer: Issuer): string {
  const { name, preset, forward } = issuer;
  const sets = preset?.sets.map((field) => fieldText(field, issuer)).join(', ') ?? '';
  const facts = [
    ...(preset === undefined ? [] : [`preset ${preset.name}${sets === '' ? '' : `: ${sets}`}`]),
    ...(forward ? [] : ['kept from the service']),
  ];
  return facts.length === 0 ? name : `${name} (${facts.join('; ')})`;
}

function fieldText(field: string, issuer: Issuer): string {
  switch (field) {
    case 'issuer':
      return `issuer ${issuer.issuer}`;
    case 'keys':
      return `keys at ${issuer.keys.kind === 'uri' ? issuer.keys.jwksUri : 'the document'}`;
    case 'rolesPath':
      return `roles at ${issuer.rolesPath.join('.')}`;
    case 'scopesClaim':
      return `scopes in ${issuer.scopesClaim}`;
    case 'audienceClaim':
      return `audience in ${issuer.audienceClaim}`;
    case 'requireClaims':
      return `claims ${issuer.requireClaims.join(' and ')}`;
    case 'claims':
      return claimsText(issuer.claims);
    default:
      return `${field} ${issuer.algorithms.join(' or ')}`;
  }
}

export function limitText({ rate, burst, key, shared }: CompiledLimit): string {
  const counted = `${rateText(rate)}, burst ${burst}, by ${key.map(({ source }) => oneLine(source)).join(', ')}`;
  if (shared === undefined) return counted;
  const denies = shared.onStoreFailure === 'deny' ? ', denies without its store' : '';
  return `${counted}, ${shared.mode === 'leased' ? 'shared by leases' : 'shared'}${denies}`;
}

/** A rule of a policy. */
export interface RuleOfPolicy {
  readonly effect: 'allow' | 'deny';
  readonly rule: CompiledRule;
  /** `shadow` as well if the policy is a shadow policy. */
  readonly mode: 'enforce' | 'shadow';
}

/** Every rule of a policy with its effect: deny rules first, and of each effect the shadow rules last. */
export function rulesOf({
  mode,
  denyRules,
  allowRules,
  shadowRules,
}: CompiledPolicy): readonly RuleOfPolicy[] {
  const shadow = shadowRules.map(({ rule, effect }): RuleOfPolicy => ({ effect, rule, mode: 'shadow' }));
  return [
    ...denyRules.map((rule): RuleOfPolicy => ({ effect: 'deny', rule, mode })),
    ...shadow.filter(({ effect }) => effect === 'deny'),
    ...allowRules.map((rule): RuleOfPolicy => ({ effect: 'allow', rule, mode })),
    ...shadow.filter(({ effect }) => effect === 'allow'),
  ];
}
