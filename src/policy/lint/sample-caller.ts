import type { ClaimTest } from '../../engine/identity/claim-test.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import type { PrincipalPattern } from '../../engine/identity/principal.ts';
import { SPIFFE_SCHEME } from '../../engine/identity/spiffe.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { holdsPrincipal, type PrincipalSet } from '../../engine/set/callers.ts';
import type { CompiledPolicy, MtlsRequirement } from '../../engine/set/policy-set.ts';
import type { ExampleCaller, ExampleToken } from './example.ts';

/** Fills what a pattern leaves open. */
const FILLER = 'x';
/** Patterns that are tried. */
const MOST = 100;

/** A principal that the pattern matches. */
export function samplePrincipal(pattern: PrincipalPattern): string {
  if (pattern.kind === 'exact') return pattern.source;
  const runs = pattern.runs.map((run) => run.map((pieces) => pieces.join(FILLER)));
  const segments = runs.flatMap((run, index) => (index === 0 ? run : [FILLER, ...run]));
  return [`${SPIFFE_SCHEME}${pattern.trustDomain}`, ...segments].join('/');
}

/**
 * A caller whom `authenticate.mtls` of all the policies accepts. Undefined if none of them asks for one, or if none was
 * found.
 */
export function sampleCaller(policies: readonly CompiledPolicy[]): ExampleCaller | undefined {
  const required = requirementsOf(policies);
  const via = required.find(({ from }) => from === 'xfcc')?.from ?? required[0]?.from;
  if (via === undefined) return undefined;
  const own = required.filter(({ from }) => from === via);
  const candidates = [
    ...own.flatMap(({ principals }) => (principals && samplePrincipals(principals)) ?? []),
    ANYBODY,
  ];
  const principal = candidates.find((each) => own.every((requirement) => admits(requirement, each)));
  return principal === undefined ? undefined : { principal, via };
}

/** The peers that the policies require: by `mtls`, else those that they name. */
function requirementsOf(policies: readonly CompiledPolicy[]): readonly MtlsRequirement[] {
  const required = policies.flatMap(({ mtls }) => mtls ?? []);
  if (required.length > 0) return required;
  const named = policies.flatMap(({ namedPeers }) => namedPeers ?? []);
  if (named.length === 0) return [];
  const principals = {
    patterns: named.flatMap(({ patterns }) => patterns),
    datasets: named.flatMap(({ datasets }) => datasets),
  };
  return [{ from: 'connection', principals }];
}

/** Principals of a set, one for each pattern, and those of Datasets. */
export function samplePrincipals({ patterns, datasets }: PrincipalSet): readonly string[] {
  const named = datasets.flatMap(({ principals }) => [...principals].slice(0, MOST));
  return [...patterns.slice(0, MOST).map(samplePrincipal), ...named].slice(0, MOST);
}

/** For policies that accept any peer. */
const ANYBODY = `${SPIFFE_SCHEME}example.org/${FILLER}`;

/** True if a requirement accepts the principal. */
function admits({ principals }: MtlsRequirement, principal: string): boolean {
  return principals === undefined || holdsPrincipal(principals, principal);
}

/** A token of the first issuer that one of the policies accepts; undefined if none asks for one. */
export function sampleToken(policies: readonly CompiledPolicy[]): ExampleToken | undefined {
  const [issuer] = policies.flatMap(({ jwt }) => jwt?.issuers ?? []);
  return issuer && tokenOf(issuer);
}

/** A token with the claims that the issuer requires. */
export function tokenOf(issuer: Issuer): ExampleToken {
  const required = issuer.requireClaims.filter((name) => !USUAL.has(name));
  const claims = Object.fromEntries(required.map((name) => [name, FILLER]));
  return { issuer, claims: { ...claims, ...claimsThatPass(issuer.claims) } };
}

/** Claims with the first value of each test. */
function claimsThatPass(tests: readonly ClaimTest[]): JsonObject {
  const valueOf = ({ values, members }: ClaimTest): JsonValue =>
    members === undefined ? ([...values][0] ?? null) : claimsThatPass(members);
  return Object.fromEntries(tests.map((test) => [test.name, valueOf(test)]));
}

/** Claims that every token has. */
const USUAL: ReadonlySet<string> = new Set(['iss', 'sub', 'aud', 'iat', 'exp']);
