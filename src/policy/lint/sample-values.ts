import type { TextComparison } from '../../cel/check/text-comparisons.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';

/** Claims that fulfil the comparisons of an expression as far as they name them, scopes included. */
export function claimsFor(comparisons: readonly TextComparison[], { scopesClaim }: Issuer): JsonObject {
  const scopes = comparisons
    .filter(({ name, test }) => name === 'jwt.scopes' && test === 'has')
    .flatMap(({ texts }) => texts.map(({ text }) => text));
  const claims = comparisons.flatMap(({ name, test, texts: [first] }) => {
    const claim = name.startsWith(CLAIMS) ? name.slice(CLAIMS.length) : undefined;
    if (claim === undefined || first === undefined || (test !== '==' && test !== 'in' && test !== 'has'))
      return [];
    return [[claim, test === 'has' ? [first.text] : first.text] as const];
  });
  return {
    ...(scopes.length === 0 ? {} : { [scopesClaim]: [...new Set(scopes)].join(' ') }),
    ...Object.fromEntries(claims),
  };
}

const CLAIMS = 'jwt.claims.';
