import type { Program } from '../../cel/interpret/program.ts';
import { matchesHost } from '../request/host.ts';
import { matchPath } from '../request/path-pattern.ts';
import type { CompiledMatch } from './policy-set.ts';

/** The properties of a request that `match` compares. */
export interface MatchInput {
  /** `normalizeHost` of the authority. */
  readonly host: string;
  readonly method: string;
  /** `canonicalPath` of the path, without the query string. */
  readonly path: string;
}

/** The decoded `{name}` segments of the path pattern that matched. */
export type Params = ReadonlyMap<string, string>;

/** Evaluates the `when` of an entry for a request with these parameters; `Failure` if it does not evaluate to a bool. */
export type Holds<Failure> = (when: Program, params: Params) => boolean | Failure;

/** Selected, with the parameters of the entry that selected; or an expression failed. */
export type Selection<Failure> =
  | { readonly params: Params; readonly failure?: undefined }
  | { readonly failure: Failure; readonly params?: undefined };

/** Result of one entry, for traces: `host`, `method`, `path` name the part that does not fit, `when` that it is false. */
export interface MatchEntryResult {
  readonly entry: CompiledMatch;
  readonly result: 'selected' | 'host' | 'method' | 'path' | 'when' | 'failed';
}

const NO_PARAMS: Params = new Map();
/** Shared by every selection without parameters, so that the common case allocates nothing. */
const SELECTED = { params: NO_PARAMS } as const;

/**
 * Selection of a request by a `match`: by its first entry that selects; a failure if an expression fails before that;
 * undefined if no entry selects. An empty `match` selects every request. Within an entry the cheap parts are compared
 * first; of its `paths` the first that fits gives the parameters. `results` takes the result of each entry tried.
 */
export function selects<Failure>(
  match: readonly CompiledMatch[],
  input: MatchInput,
  holds: Holds<Failure>,
  results?: MatchEntryResult[],
): Selection<Failure> | undefined {
  if (match.length === 0) return SELECTED;
  for (const entry of match) {
    const params = fits(entry, input);
    if (params === undefined) {
      results?.push({ entry, result: mismatch(entry, input) ?? 'path' });
      continue;
    }
    if (entry.when !== undefined) {
      const held = holds(entry.when, params);
      if (held !== true) {
        results?.push({ entry, result: held === false ? 'when' : 'failed' });
        if (held === false) continue;
        return { failure: held };
      }
    }
    results?.push({ entry, result: 'selected' });
    return params.size === 0 ? SELECTED : { params };
  }
  return undefined;
}

/** The parameters if method, host and path of an entry fit. */
function fits(entry: CompiledMatch, input: MatchInput): Params | undefined {
  if (entry.methods !== undefined && !entry.methods.has(input.method)) return undefined;
  if (entry.hosts !== undefined && !anyHost(entry.hosts, input.host)) return undefined;
  if (entry.paths === undefined) return NO_PARAMS;
  for (const pattern of entry.paths) {
    const params = matchPath(pattern, input.path);
    if (params !== undefined) return params;
  }
  return undefined;
}

function anyHost(hosts: NonNullable<CompiledMatch['hosts']>, host: string): boolean {
  for (const pattern of hosts) if (matchesHost(pattern, host)) return true;
  return false;
}

/** The part of an entry that does not fit; undefined if all do. A property that is undefined fits everything. */
export function mismatch(
  { hosts, methods, paths }: CompiledMatch,
  { host, method, path }: { readonly [Name in keyof MatchInput]: MatchInput[Name] | undefined },
): 'host' | 'method' | 'path' | undefined {
  if (host !== undefined && hosts !== undefined && !anyHost(hosts, host)) return 'host';
  if (method !== undefined && methods !== undefined && !methods.has(method)) return 'method';
  const isPath = path === undefined || paths === undefined || paths.some((each) => matchPath(each, path));
  return isPath ? undefined : 'path';
}
