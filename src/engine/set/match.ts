import type { Program } from '../../cel/interpret/program.ts';
import { matchesHost } from '../request/host.ts';
import { matchPath } from '../request/path-pattern.ts';
import type { CompiledMatch } from './policy-set.ts';

/** The attributes of a request that `match` reads. */
export interface MatchInput {
  /** `normalizeHost` of the authority. */
  readonly host: string;
  readonly method: string;
  /** `canonicalPath` of the path, without the query string. */
  readonly path: string;
}

/** Decoded `{name}` segments of the path pattern that matched. */
export type Params = ReadonlyMap<string, string>;

/** Evaluates the `when` of an entry with these parameters; `Failure` if the result is not a bool. */
export type EvaluateCondition<Failure> = (when: Program, params: Params) => boolean | Failure;

/** Parameters of the first entry that selects the request, or the failure of a condition evaluated before it. */
export type Selection<Failure> =
  | { readonly params: Params; readonly failure?: undefined }
  | { readonly failure: Failure; readonly params?: undefined };

const NO_PARAMS: Params = new Map();
/** Shared by every selection without parameters, so that the common case does not allocate. */
const SELECTED = { params: NO_PARAMS } as const;

/**
 * Result of the first entry of a `match` that selects the request or whose condition fails; undefined if no entry
 * selects it. An empty `match` selects every request. Within an entry the condition is evaluated last, as it costs
 * most; the first of its `paths` that matches gives the parameters.
 */
export function selects<Failure>(
  match: readonly CompiledMatch[],
  request: MatchInput,
  evaluate: EvaluateCondition<Failure>,
): Selection<Failure> | undefined {
  if (match.length === 0) return SELECTED;
  for (const entry of match) {
    const params = matchEntry(entry, request);
    if (params === undefined) continue;
    if (entry.when !== undefined) {
      const result = evaluate(entry.when, params);
      if (result === false) continue;
      if (result !== true) return { failure: result };
    }
    return params.size === 0 ? SELECTED : { params };
  }
  return undefined;
}

/** Parameters if method, host and path of an entry match, undefined if not. */
function matchEntry(entry: CompiledMatch, { host, method, path }: MatchInput): Params | undefined {
  if (entry.methods !== undefined && !entry.methods.has(method)) return undefined;
  if (entry.hosts !== undefined && !matchesAnyHost(entry.hosts, host)) return undefined;
  if (entry.paths === undefined) return NO_PARAMS;
  for (const pattern of entry.paths) {
    const params = matchPath(pattern, path);
    if (params !== undefined) return params;
  }
  return undefined;
}

function matchesAnyHost(hosts: NonNullable<CompiledMatch['hosts']>, host: string): boolean {
  for (const pattern of hosts) if (matchesHost(pattern, host)) return true;
  return false;
}
