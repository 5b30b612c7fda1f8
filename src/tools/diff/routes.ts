import { canonicalPath } from '../../engine/request/canonical-path.ts';
import { normalizeHost } from '../../engine/request/host.ts';
import { jsonText } from '../../engine/request/json-value.ts';
import type { PathPattern } from '../../engine/request/path-pattern.ts';
import { type MatchInput, mismatch, selects } from '../../engine/set/match.ts';
import { indexOf } from '../../engine/set/policy-index.ts';
import type { CompiledMatch, CompiledPolicy } from '../../engine/set/policy-set.ts';
import { METHODS } from '../../policy/language/values.ts';
import { sampleRequest } from '../../policy/lint/sample-request.ts';
import type { Route } from './candidate.ts';
import type { Pair } from './judge.ts';
import type { PolicyValues } from './policy-values.ts';

/** Routes to which the same parts of the same policies apply, by the smallest of them. */
export interface RouteClass {
  readonly route: Route;
  /** The policies of both versions that may apply. */
  readonly policies: readonly CompiledPolicy[];
}

const MOST_HOSTS = 40;
const MOST_PATHS = 200;
const MOST_PATTERNS = 80;
/** Most routes that are looked at. */
const MOST_ROUTES = 100_000;
const OTHER_HOST = 'other.example';

/**
 * The kinds of routes on which a change may have an effect. `isChanged` tells of a policy whether the other version has
 * another, or none.
 */
export function routeClasses(
  pair: Pair,
  values: ReadonlyMap<CompiledPolicy, PolicyValues>,
  isChanged: (policy: CompiledPolicy) => boolean,
): readonly RouteClass[] {
  const all = [...values.values()].toSorted(
    (a, b) => Number(isChanged(b.policy)) - Number(isChanged(a.policy)),
  );
  const entries = all.flatMap(({ policy }) => entriesIn(policy));
  const texts = (kind: string) =>
    all.flatMap(({ fields }) =>
      fields.flatMap(({ field, values: each }) =>
        field.kind === kind ? each.filter((value) => typeof value === 'string').map(String) : [],
      ),
    );
  const hosts = first(hostsOf(entries, texts('host')), MOST_HOSTS);
  const methods = methodsOf(entries, texts('method'));
  const paths = first([...pathsOf(entries, texts('path')), ...pathsWithParams(entries, all)], MOST_PATHS);
  const classes = new Map<string, RouteClass>();
  let looked = 0;
  for (const path of paths) {
    for (const host of hosts) {
      for (const method of methods) {
        looked += 1;
        if (looked > MOST_ROUTES) return [...classes.values()];
        const found = classOf({ method, host, path }, pair, values, isChanged);
        if (found !== undefined && !classes.has(found.key)) classes.set(found.key, found);
      }
    }
  }
  return [...classes.values()];
}

function first(texts: readonly string[], most: number): readonly string[] {
  return [...new Set(texts)].slice(0, most);
}

/** The entries of a policy and its rules; an empty list is an entry for everything. */
function entriesIn({ match, allowRules, denyRules, schemas }: CompiledPolicy): readonly CompiledMatch[] {
  return [match, ...[...allowRules, ...denyRules, ...schemas].map((each) => each.match)].flat();
}

function hostsOf(entries: readonly CompiledMatch[], read: readonly string[]): readonly string[] {
  const samples = entries.flatMap(({ hosts }) =>
    (hosts ?? []).flatMap((host) =>
      host.kind === 'any'
        ? []
        : host.kind === 'exact'
          ? [host.host]
          : [`x${host.suffix}`, host.suffix.slice(1)],
    ),
  );
  return [...samples, ...read.filter((host) => /^[\w.-]+$/.test(host)), OTHER_HOST];
}

function methodsOf(entries: readonly CompiledMatch[], read: readonly string[]): readonly string[] {
  const named = new Set([...entries.flatMap(({ methods }) => [...(methods ?? [])]), ...read]);
  const other = METHODS.find((method) => method !== 'CONNECT' && !named.has(method));
  const plain = [...named].filter((method) => method !== 'CONNECT' && /^[A-Za-z]+$/.test(method));
  return [...new Set(['GET', ...plain, ...(other === undefined ? [] : [other])])];
}

function pathsOf(entries: readonly CompiledMatch[], read: readonly string[]): readonly string[] {
  const patterns = patternsIn(entries);
  const samples = patterns.flatMap((a, index) =>
    patterns.slice(index).flatMap((b) => sampleRequest({ paths: [a] }, { paths: [b] })?.path ?? []),
  );
  const below = patterns.flatMap((a) => (sampleRequest({ paths: [a] })?.path ?? '').replace(/\/?$/, '/x'));
  return ['/', ...samples, ...below, ...read.filter((path) => path.startsWith('/')), '/x/x'];
}

/** Each pattern once. */
function patternsIn(entries: readonly CompiledMatch[]): readonly PathPattern[] {
  const all = entries.flatMap(({ paths }) => paths ?? []);
  return [...new Map(all.map((pattern) => [pattern.text, pattern])).values()].slice(0, MOST_PATTERNS);
}

/** Paths with the values that expressions compare with a `{name}` segment. */
function pathsWithParams(entries: readonly CompiledMatch[], all: readonly PolicyValues[]): readonly string[] {
  const fields = all.flatMap(({ fields: each }) => each.filter(({ field }) => field.kind === 'param'));
  return patternsIn(entries).flatMap(({ segments }) =>
    fields.flatMap(({ field: { path }, values }) =>
      segments.some((segment) => segment.kind === 'param' && segment.name === path[0])
        ? values.flatMap((value) =>
            pathWith(segments, path[0] ?? '', typeof value === 'string' ? value : jsonText(value)),
          )
        : [],
    ),
  );
}

function pathWith(segments: PathPattern['segments'], name: string, value: string): readonly string[] {
  if (value === '' || value.includes('/')) return [];
  const texts = segments.map((segment) => {
    if (segment.kind === 'literal') return encodeURIComponent(segment.text);
    return segment.kind === 'param' && segment.name === name ? encodeURIComponent(value) : 'x';
  });
  return [`/${texts.join('/')}`];
}

/** The policies of both versions that may apply to a route. */
export function policiesFor(route: Route, { before, after }: Pair): readonly CompiledPolicy[] {
  const input = inputOf(route);
  return [before, after].flatMap((set) => selectedBy(set.policies, input));
}

function inputOf({ method, host, path }: Route): MatchInput {
  return { method, host: normalizeHost(host), path: canonicalPath(path, method).path };
}

function classOf(
  route: Route,
  { before, after }: Pair,
  values: ReadonlyMap<CompiledPolicy, PolicyValues>,
  isChanged: (policy: CompiledPolicy) => boolean,
): (RouteClass & { readonly key: string }) | undefined {
  const { method } = route;
  const input = inputOf(route);
  const [old, now] = [before, after].map((set) => selectedBy(set.policies, input));
  const policies = [...(old ?? []), ...(now ?? [])];
  if (!policies.some(isChanged)) return undefined;
  const reads = new Set(
    policies.flatMap((policy) => values.get(policy)?.fields.map(({ field }) => field.kind) ?? []),
  );
  const texts = [
    reads.has('host') ? route.host : '',
    reads.has('path') || reads.has('param') ? route.path : '',
    reads.has('method') ? method : '',
  ];
  const fits = [old, now].map((all) =>
    all?.map((policy) => `${policy.name} ${fittingEntries(policy, input)}`),
  );
  return { route, policies, key: JSON.stringify([fits, texts]) };
}

/** The policies that may apply, as conditions of their `match` are taken to hold. */
function selectedBy(policies: readonly CompiledPolicy[], input: MatchInput): readonly CompiledPolicy[] {
  return indexOf(policies)
    .candidates(input)
    .filter(({ match }) => selects(match, input, () => true, undefined) !== undefined);
}

/** One digit for each entry of the policy and its rules. */
function fittingEntries(policy: CompiledPolicy, input: MatchInput): string {
  return entriesIn(policy)
    .map((entry) => (mismatch(entry, input) === undefined ? '1' : '0'))
    .join('');
}
