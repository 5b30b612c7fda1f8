import type { Program } from '../../cel/interpret/program.ts';
import { matchesHost } from '../request/host.ts';
import { matchPath } from '../request/path-pattern.ts';
import type { CompiledMatch } from './policy-set.ts';

/** What of a request `match` looks at. */
export interface MatchInput {
  /** `normalizeHost` of the authority. */
  readonly host: string;
  readonly method: string;
  /** `canonicalPath` of the path, without the query string. */
  readonly path: string;
}

/** The decoded `{name}` segments of the path pattern that matched. */
export type Params = ReadonlyMap<string, string>;

/** Evaluates the `when` of an entry for a request with these parameters; `Failure` when it does not come to a bool. */
export type Holds<Failure> = (when: Program, params: Params) => boolean | Failure;

/** Selected, with the parameters of the entry that led there; or an expression on the way failed. */
export type Selection<Failure> =
  | { readonly params: Params; readonly failure?: undefined }
  | { readonly failure: Failure; readonly params?: undefined };

const NO_PARAMS: Params = new Map();
/** Shared by every selection without parameters, so that the common case allocates nothing. */
const SELECTED = { params: NO_PARAMS } as const;

/**
 * Whether any entry of a `match` selects the request: the first that does is the answer, an entry whose expression
 * fails before that is a failure, undefined is no. An empty `match` selects every request. Within an entry the
 * cheap parts are asked first; of its `paths` the first that fits gives the parameters.
 */
export function selects<Failure>(
  match: readonly CompiledMatch[],
  facts: MatchInput,
  holds: Holds<Failure>,
): Selection<Failure> | undefined {
  if (match.length === 0) return SELECTED;
  for (const entry of match) {
    const params = fits(entry, facts);
    if (params === undefined) continue;
    if (entry.when !== undefined) {
      const held = holds(entry.when, params);
      if (held === false) continue;
      if (held !== true) return { failure: held };
    }
    return params.size === 0 ? SELECTED : { params };
  }
  return undefined;
}

/** The parameters when method, host and path of an entry fit. */
function fits(entry: CompiledMatch, facts: MatchInput): Params | undefined {
  if (entry.methods !== undefined && !entry.methods.has(facts.method)) return undefined;
  if (entry.hosts !== undefined && !anyHost(entry.hosts, facts.host)) return undefined;
  if (entry.paths === undefined) return NO_PARAMS;
  for (const pattern of entry.paths) {
    const params = matchPath(pattern, facts.path);
    if (params !== undefined) return params;
  }
  return undefined;
}

function anyHost(hosts: NonNullable<CompiledMatch['hosts']>, host: string): boolean {
  for (const pattern of hosts) if (matchesHost(pattern, host)) return true;
  return false;
}
