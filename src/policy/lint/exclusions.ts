import { issuersOf } from '../../engine/identity/issuer.ts';
import { principalsOverlap } from '../../engine/identity/principal-contains.ts';
import { placeKey } from '../../engine/identity/token-place.ts';
import type { CompiledPolicy, JwtRequirement, MtlsRequirement } from '../../engine/set/policy-set.ts';

/** The requirement of `authenticate` that two policies never both accept. */
export type Exclusion = 'mtls' | 'jwt';

/** Room for comparisons, shared by all pairs of policies. */
export interface Comparisons {
  left: number;
}

/** Cost of a comparison of two principals, as the number of comparisons of hosts and paths that take as long. */
const PRINCIPALS = 20;

/** The requirement for which no caller is accepted by both policies; undefined if some caller may be. */
export function exclusionOf(a: CompiledPolicy, b: CompiledPolicy, room: Comparisons): Exclusion | undefined {
  if (a.mtls !== undefined && b.mtls !== undefined && excludePeers(a.mtls, b.mtls, room)) return 'mtls';
  if (a.jwt !== undefined && b.jwt !== undefined && excludeTokens(a.jwt, b.jwt, room)) return 'jwt';
  return undefined;
}

/** A peer of the connection and a client that it forwards are two callers. */
function excludePeers(a: MtlsRequirement, b: MtlsRequirement, room: Comparisons): boolean {
  if (a.from !== b.from || a.principals === undefined || b.principals === undefined) return false;
  if (a.principals === b.principals) return false;
  // The next version of a Dataset can have any principal.
  if (a.principals.datasets.length + b.principals.datasets.length > 0) return false;
  const others = b.principals.patterns;
  return a.principals.patterns.every((one) =>
    others.every((other) => {
      room.left -= PRINCIPALS;
      return room.left > 0 && !principalsOverlap(one, other);
    }),
  );
}

/**
 * True if both policies find the same token, and each accepts only issuers that the other does not. A token that one
 * policy finds is also found by the other if that one looks in all places of the first.
 */
function excludeTokens(a: JwtRequirement, b: JwtRequirement, room: Comparisons): boolean {
  if (!a.required && !b.required) return false;
  room.left -= a.issuers.length + b.issuers.length;
  const issuers = new Set(a.issuers.flatMap(issuersOf));
  if (b.issuers.flatMap(issuersOf).some((iss) => issuers.has(iss))) return false;
  const [ours, theirs] = [placesOf(a), placesOf(b)];
  return (a.required && ours.isSubsetOf(theirs)) || (b.required && theirs.isSubsetOf(ours));
}

function placesOf({ issuers }: JwtRequirement): ReadonlySet<string> {
  return new Set(issuers.flatMap(({ from }) => from.map(placeKey)));
}
