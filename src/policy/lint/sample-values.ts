import type { TextComparison } from '../../cel/check/text-comparisons.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';

/** Claims that fulfil the comparisons of an expression as far as they name them, scopes included. */
export function claimsFor(
  comparisons: readonly TextComparison[],
  { scopesClaim, rolesPath }: Issuer,
): JsonObject {
  const textsIn = (list: string): readonly string[] =>
    comparisons
      .filter(({ name, test }) => name === list && test === 'has')
      .flatMap(({ texts }) => texts.map(({ text }) => text));
  const scopes = textsIn('jwt.scopes');
  const roles = textsIn('jwt.roles');
  const claims = comparisons.flatMap(({ name, test, texts: [first] }) => {
    const claim = name.startsWith(CLAIMS) ? name.slice(CLAIMS.length) : undefined;
    if (claim === undefined || first === undefined || (test !== '==' && test !== 'in' && test !== 'has'))
      return [];
    return [[claim, test === 'has' ? [first.text] : first.text] as const];
  });
  return {
    ...(scopes.length === 0 ? {} : { [scopesClaim]: [...new Set(scopes)].join(' ') }),
    ...(roles.length === 0 ? {} : nested(rolesPath, [...new Set(roles)])),
    ...Object.fromEntries(claims),
  };
}

/** An object with the value at the path. */
export function nested(path: readonly string[], value: JsonValue): JsonObject {
  const [last, ...outer] = path.toReversed();
  return last === undefined
    ? {}
    : outer.reduce<JsonObject>((inner, name) => ({ [name]: inner }), { [last]: value });
}

const CLAIMS = 'jwt.claims.';
