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
type EvaluateCondition<Context, Failure> = (
  when: Program,
  params: Params,
  context: Context,
) => boolean | Failure;

/** Parameters of the first entry that selects the request, or the failure of a condition evaluated before it. */
export type Selection<Failure> =
  | { readonly params: Params; readonly failure?: undefined }
  | { readonly failure: Failure; readonly params?: undefined };

/** Result of one entry, for traces: `host`, `method`, `path` name the part that does not fit, `when` that it is false. */
export interface MatchEntryResult {
  readonly entry: CompiledMatch;
  readonly input: MatchInput;
  readonly result: 'selected' | 'host' | 'method' | 'path' | 'when' | 'failed';
}

/** One object everywhere: what is kept for an activation is found by the identity of its parameters. */
export const NO_PARAMS: Params = new Map();
/** Shared by every selection without parameters, so that the common case does not allocate. */
const SELECTED = { params: NO_PARAMS } as const;

/**
 * Result of the first entry of a `match` that selects the request or whose condition fails; undefined if no entry
 * selects it. An empty `match` selects every request. Within an entry the condition is evaluated last, as it costs
 * most; the first of its `paths` that matches gives the parameters. `context` is for `evaluate`; `results` takes the
 * result of each entry tried.
 */
export function selects<Context, Failure>(
  match: readonly CompiledMatch[],
  input: MatchInput,
  evaluate: EvaluateCondition<Context, Failure>,
  context: Context,
  results?: MatchEntryResult[],
): Selection<Failure> | undefined {
  if (match.length === 0) return SELECTED;
  for (const entry of match) {
    const params = matchEntry(entry, input);
    if (params === undefined) {
      results?.push({ entry, input, result: mismatch(entry, input) ?? 'path' });
      continue;
    }
    if (entry.when !== undefined) {
      const result = evaluate(entry.when, params, context);
      if (result !== true) {
        results?.push({ entry, input, result: result === false ? 'when' : 'failed' });
        if (result === false) continue;
        return { failure: result };
      }
    }
    results?.push({ entry, input, result: 'selected' });
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

/** The part of an entry that does not fit; undefined if all do. A property that is undefined fits everything. */
export function mismatch(
  { hosts, methods, paths }: CompiledMatch,
  { host, method, path }: { readonly [Name in keyof MatchInput]: MatchInput[Name] | undefined },
): 'host' | 'method' | 'path' | undefined {
  if (host !== undefined && hosts !== undefined && !matchesAnyHost(hosts, host)) return 'host';
  if (method !== undefined && methods !== undefined && !methods.has(method)) return 'method';
  const isPath = path === undefined || paths === undefined || paths.some((each) => matchPath(each, path));
  return isPath ? undefined : 'path';
}
