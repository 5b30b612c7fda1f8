import type { Issuer } from '../../engine/identity/issuer.ts';
import { jsonText } from '../../engine/request/json-value.ts';
import type { CompiledPolicy, PolicySet } from '../../engine/set/policy-set.ts';
import { usualClaims } from '../../policy/compile/usual-claims.ts';
import { type Candidate, type Issuers, sizeOf } from './candidate.ts';
import { candidatesNear, candidatesOf } from './candidates.ts';
import { type Answers, flipOf, type Judging, judge, type Pair } from './judge.ts';
import { type PolicyValues, ROUTE_KINDS, together, valuesOfPolicy } from './policy-values.ts';
import { policiesFor, routeClasses } from './routes.ts';

/** A request that two versions answer differently: one allows it, and the other does not. */
export interface Witness {
  readonly candidate: Candidate;
  readonly answers: Answers;
  readonly flip: 'newly_allowed' | 'newly_denied';
  readonly environment: string;
}

/** The witnesses of a change, one for each way in which an answer flips, the smallest first. */
export interface Witnesses {
  readonly witnesses: readonly Witness[];
  /** Requests that were decided by both versions. */
  readonly tried: number;
  /** True if the bound on requests ended the search. */
  readonly isCut: boolean;
  readonly issuers: Issuers;
}

/** Input of a search. */
export interface Search {
  /** In each Environment; one pair if there is none. */
  readonly pairs: readonly Pair[];
  /** True for a policy of one version that the other has not, or has otherwise. */
  readonly isChanged: (policy: CompiledPolicy) => boolean;
  /** Requests from which the search starts besides, such as those of tests. */
  readonly seeds?: readonly Candidate[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Most requests. */
  readonly most?: number;
}

const MOST_REQUESTS = 100_000;
/** Most requests on routes of one kind. */
const MOST_PER_ROUTE = 20_000;
/** Most requests near one seed. */
const MOST_PER_SEED = 500;

/** Looks for requests, made of the literals of both versions, that they answer differently. Deterministic. */
export async function findWitnesses(search: Search): Promise<Witnesses> {
  const { pairs, now, most = MOST_REQUESTS } = search;
  const issuers = issuersIn(pairs, now);
  const found = new Map<string, Witness>();
  let tried = 0;
  for (const pair of pairs) {
    for (const candidate of candidatesIn(search, pair, issuers)) {
      if (tried >= most) break;
      tried += 1;
      const answers = await judge(candidate, pair, { issuers, now });
      keepSmallest(found, candidate, answers, pair.environment);
    }
  }
  const witnesses: Witness[] = [];
  for (const [key, witness] of found) {
    const pair = pairs.find(({ environment }) => environment === witness.environment);
    if (pair !== undefined) witnesses.push(await reduced(key, witness, pair, { issuers, now }));
  }
  return { witnesses: witnesses.toSorted(inOrder), tried, isCut: tried >= most, issuers };
}

/** The requests of a search, those near the seeds first. */
function* candidatesIn(search: Search, pair: Pair, issuers: Issuers): Generator<Candidate, void> {
  const { seeds = [], isChanged, most = MOST_REQUESTS } = search;
  const values = valuesIn(pair);
  for (const seed of seeds) {
    const policies = policiesFor(seed.route, pair);
    if (!policies.some(isChanged)) continue;
    const { fields } = spaceOf(policies, values, issuers);
    yield* candidatesNear(seed, fields, Math.min(MOST_PER_SEED, Math.ceil(most / 2 / seeds.length)));
  }
  for (const { route, policies } of routeClasses(pair, values, isChanged)) {
    yield* candidatesOf({ route, ...spaceOf(policies, values, issuers), most: MOST_PER_ROUTE });
  }
}

/** By kind, then size, then text: the same for the same change. */
function inOrder(a: Witness, b: Witness): number {
  if (a.flip !== b.flip) return a.flip < b.flip ? -1 : 1;
  return sizeOf(a.candidate) - sizeOf(b.candidate) || (causeOf(a.answers) < causeOf(b.answers) ? -1 : 1);
}

function causeOf({ before, after }: Answers): string {
  const one = ({ reason, policy, rule }: Answers['before']) => `${reason} ${policy}/${rule}`;
  return `${one(before)} → ${one(after)}`;
}

function keepSmallest(
  found: Map<string, Witness>,
  candidate: Candidate,
  answers: Answers,
  environment: string,
): void {
  const flip = flipOf(answers);
  if (flip === undefined) return;
  const key = `${flip} ${causeOf(answers)}`;
  const before = found.get(key);
  if (before !== undefined && sizeOf(before.candidate) <= sizeOf(candidate)) return;
  found.set(key, { candidate, answers, flip, environment });
}

/** The witness without the parts that make no difference. */
async function reduced(key: string, witness: Witness, pair: Pair, judging: Judging): Promise<Witness> {
  let smallest = witness;
  for (const name of witness.candidate.parts.keys()) {
    const parts = new Map(smallest.candidate.parts);
    parts.delete(name);
    const candidate = { ...smallest.candidate, parts };
    const answers = await judge(candidate, pair, judging);
    const flip = flipOf(answers);
    if (flip !== undefined && `${flip} ${causeOf(answers)}` === key)
      smallest = { ...witness, candidate, answers };
  }
  return smallest;
}

function valuesIn({ before, after }: Pair): ReadonlyMap<CompiledPolicy, PolicyValues> {
  const of = (set: PolicySet) => set.policies.map((policy) => [policy, valuesOfPolicy(policy, set)] as const);
  return new Map([...of(before), ...of(after)]);
}

function spaceOf(
  policies: readonly CompiledPolicy[],
  values: ReadonlyMap<CompiledPolicy, PolicyValues>,
  issuers: Issuers,
) {
  const all = policies.flatMap((policy) => values.get(policy) ?? []);
  const names = new Set(policies.flatMap(({ jwt }) => (jwt?.issuers ?? []).map(({ name }) => name)));
  const tokens = [...issuers].filter(([, { name }]) => names.has(name)).map(([key]) => key);
  const issuer = { field: { kind: 'issuer', path: [] }, values: tokens } as const;
  const fields = together([...all.flatMap((each) => each.fields), issuer]);
  return {
    fields: fields.filter(
      ({ field, values: each }) =>
        each.length > 0 &&
        !ROUTE_KINDS.has(field.kind) &&
        !(field.kind === 'claim' && field.path[0] === 'iss'),
    ),
    bases: all.flatMap(({ bases }) => bases),
  };
}

/** The issuers of both versions; those before the change under a name of their own if their tokens are others. */
function issuersIn(pairs: readonly Pair[], now: number): Issuers {
  const found = new Map<string, Issuer>();
  for (const { after, before } of pairs) {
    for (const [name, issuer] of after.issuers) found.set(name, issuer);
    for (const [name, issuer] of before.issuers) {
      const other = found.get(name);
      if (other === undefined) found.set(name, issuer);
      else if (tokenText(other, now) !== tokenText(issuer, now)) found.set(`${name} before`, issuer);
    }
  }
  return found;
}

function tokenText(issuer: Issuer, now: number): string {
  const { scopesClaim, rolesPath, from, types, algorithms, claims, requireClaims } = issuer;
  const tests = claims.map(({ name, values }) => jsonText([name, ...(values ?? [])]));
  const usual = usualClaims(issuer, 'example', now);
  return JSON.stringify([usual, scopesClaim, rolesPath, from, types, algorithms, tests, requireClaims]);
}
