import type { ListedOperation } from '../../engine/openapi/compile-openapi.ts';
import type { OpenApiSchema } from '../../engine/openapi/operation.ts';
import type { PathTemplate } from '../../engine/openapi/template.ts';
import type { PathPattern } from '../../engine/request/path-pattern.ts';
import { listingOf, type OpenApiListing } from '../compile/compile-openapi-schema.ts';
import { disjointPart, type EntryPair, entriesOf, type MatchEntry } from '../compile/match-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { placeOf } from '../compile/written-places.ts';
import type { MatchDocument } from '../language/match-document.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { LintInput } from './lint-input.ts';

/** An OpenAPI document that a policy requires. */
export interface OpenApiUse extends OpenApiListing {
  readonly policy: WrittenPolicy;
  readonly schema: OpenApiSchema;
  /** The `match` of the entry of `schemas`. */
  readonly match: readonly MatchDocument[] | undefined;
  /** The operations that the policy and this entry select. */
  readonly selected: readonly ListedOperation[];
  /** The field `openapi`. */
  readonly at: Cursor;
}

/** The documents that a policy requires; none of a shadow policy. */
export function usesOf(policy: WrittenPolicy, { policies }: LintInput): readonly OpenApiUse[] {
  const compiled = policies.get(policy.name);
  const { schemas = [], mode } = policy.spec;
  if (compiled === undefined || mode === 'shadow' || compiled.schemas.length !== schemas.length) return [];
  return compiled.schemas.flatMap((schema, index) => {
    const listing = schema.kind === 'openapi' ? listingOf(schema.openapi) : undefined;
    if (schema.kind !== 'openapi' || listing === undefined) return [];
    const at = placeOf(policy.at, 'schemas', index, 'openapi') ?? policy.nameAt;
    const match = schemas[index]?.match;
    const around = [entriesOf(policy.spec.match), entriesOf(match)];
    const selected = listing.operations.filter((each) => mayMeet([entriesFor(each), ...around]));
    return [{ ...listing, policy, schema: schema.openapi, match, selected, at }];
  });
}

/** Entries that select the requests of an operation, one for each path; a parameter in text stands for any segment. */
export function entriesFor({ operation, templates }: ListedOperation): readonly MatchEntry[] {
  // A GET also describes the HEAD of its path.
  const methods = operation.method === 'GET' ? ['GET', 'HEAD'] : [operation.method];
  return templates.map((template) => ({ methods, paths: [patternOf(template)] }));
}

function patternOf({ segments }: PathTemplate): PathPattern {
  return {
    text: '',
    open: false,
    segments: segments.map((each) => (each.kind === 'literal' ? each : { kind: 'any' })),
  };
}

/** Most combinations of entries that are compared for one operation; beyond them it counts as reached. */
const MOST = 2_000;

/** True if some request may fit an entry of each of the lists. */
export function mayMeet(lists: readonly (readonly MatchEntry[])[]): boolean {
  if (lists.reduce((product, list) => product * list.length, 1) > MOST) return true;
  return meets(lists, []);
}

function meets([list, ...others]: readonly (readonly MatchEntry[])[], chosen: EntryPair): boolean {
  if (list === undefined) return true;
  return list.some(
    (entry) =>
      chosen.every((each) => disjointPart(each, entry) === undefined) && meets(others, [...chosen, entry]),
  );
}

export function textOf({ operation }: ListedOperation): string {
  return `${operation.method} ${operation.path}`;
}
