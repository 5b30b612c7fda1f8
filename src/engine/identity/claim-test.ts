import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';
import { memberOf } from './jwt.ts';

/** A claim with the values that it may have, or with the members that it must have. */
export type ClaimTest =
  | {
      readonly name: string;
      /** Texts, booleans and numbers, as `readNumber` returns them. */
      readonly values: ReadonlySet<JsonValue>;
      readonly members?: undefined;
    }
  | { readonly name: string; readonly members: readonly ClaimTest[]; readonly values?: undefined };

/** True if the claims pass all tests. */
export function hasClaims(claims: JsonObject, tests: readonly ClaimTest[]): boolean {
  for (const test of tests) if (!hasClaim(claims, test)) return false;
  return true;
}

/** True if a claim, or an element of a claim that is a list, has one of the values, or all of the members. */
export function hasClaim(claims: JsonObject, test: ClaimTest): boolean {
  const claim = memberOf(claims, test.name);
  if (claim === undefined) return false;
  if (!isJsonList(claim)) return fits(claim, test);
  for (const element of claim) if (fits(element, test)) return true;
  return false;
}

function fits(value: JsonValue, { values, members }: ClaimTest): boolean {
  return members === undefined ? values.has(value) : isJsonObject(value) && hasClaims(value, members);
}
