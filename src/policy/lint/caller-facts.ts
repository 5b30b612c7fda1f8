import { type Facts, keyFact, NO_FACTS, TOKEN } from '../../cel/check/presence.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import { nameInExpressions } from '../compile/compile-data.ts';
import {
  type CallerDocument,
  isDatasetReference,
  type PrincipalDocument,
} from '../language/caller-document.ts';
import type { PolicySpec } from '../language/policy-document.ts';
import type { Located } from '../language/reader.ts';
import { enforcedRules } from '../language/rule-mode.ts';

/** Claims that every accepted token has, even if no issuer requires them. */
const VERIFIED = ['iss', 'exp'];

/** Claims that the tokens of all issuers have. */
export function claimsOfAll(issuers: readonly Issuer[]): readonly string[] {
  const [first, ...others] = issuers.map(
    ({ requireClaims, claims, audienceClaim }) =>
      new Set([...VERIFIED, audienceClaim, ...requireClaims, ...claims.map(({ name }) => name)]),
  );
  return [...others.reduce((all, each) => all.intersection(each), first ?? new Set<string>())];
}

/** Facts that hold for every caller that a policy admits. */
export function factsOfAdmitted(spec: PolicySpec): Facts {
  const { authenticate, from } = spec;
  const own = factsOfCallers(from);
  if (authenticate?.mtls !== undefined) return own.union(factsOfPrincipals(authenticate.mtls.principals));
  const allows = enforcedRules(spec).filter(({ effect }) => effect === 'allow');
  const allowed = allows.map((rule) => factsOfCallers(rule.from));
  const [first = NO_FACTS, ...others] = allowed;
  const all = others.reduce((facts, each) => facts.intersection(each), first);
  // Without `mtls`, the peers are those that the allow rules name.
  return own.union(new Set([...all].filter((fact) => fact.endsWith(PRINCIPAL))));
}

/** Facts that hold for every caller that one of the entries of `from` matches. */
export function factsOfCallers(from: readonly CallerDocument[] | undefined): Facts {
  const entries = (from ?? []).map(({ principals, claims, scopes, roles, issuers }) => {
    const isOfToken = [claims, scopes, roles, issuers].some((part) => part !== undefined);
    const names = (claims?.value ?? []).map(({ name }) => keyFact('jwt.claims', name));
    return factsOfPrincipals(principals).union(new Set([...names, ...(isOfToken ? [TOKEN] : [])]));
  });
  const [first = NO_FACTS, ...others] = entries;
  return others.reduce((all, each) => all.intersection(each), first);
}

/** The key `[caller.principal]`. */
const PRINCIPAL = '=caller.principal';

/** A Dataset that has every one of the principals as a key. */
function factsOfPrincipals(principals: readonly Located<PrincipalDocument>[] | undefined): Facts {
  const names = new Set(
    (principals ?? []).map(({ value }) => (isDatasetReference(value) ? value.dataset.value : undefined)),
  );
  const [only] = names;
  return names.size !== 1 || only === undefined
    ? NO_FACTS
    : new Set([keyFact(`data.${nameInExpressions(only)}`, PRINCIPAL)]);
}
