import type { CompiledPolicy } from '../../engine/set/policy-set.ts';
import { entriesOf, type MatchEntry } from '../compile/match-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { listed, placeOf } from '../compile/written-places.ts';
import { sourceOf } from '../language/document.ts';
import { report } from '../language/reader.ts';
import type { Example } from './example.ts';
import { type Comparisons, type Exclusion, exclusionOf } from './exclusions.ts';
import type { LintInput } from './lint-input.ts';
import { sampleCaller, samplePrincipals, tokenOf } from './sample-caller.ts';
import { type SampleRequest, sampleRequest } from './sample-request.ts';
import type { Confirmed, Trials } from './trials.ts';

/** A policy that authenticates callers. */
interface Guard {
  readonly policy: CompiledPolicy;
  readonly written: WrittenPolicy;
  readonly position: number;
  /** The entries of its `match` without a condition. */
  readonly entries: readonly MatchEntry[];
  /** Its exact hosts. */
  readonly hosts: readonly string[];
  /** True if some entry has a host wildcard or no hosts. */
  readonly isWide: boolean;
}

/** Bound on the comparisons of match entries and of principals. Beyond it nothing is reported. */
const MOST_COMPARISONS = 2_000_000;

/** Reports pairs of policies that apply to the same requests and accept no common caller. */
export function* lintContradictions(input: LintInput, trials: Trials): Generator<undefined, void> {
  const guards = guardsOf(input);
  const byHost = new Map<string, Guard[]>();
  for (const guard of guards) {
    for (const host of guard.hosts) {
      const known = byHost.get(host);
      if (known === undefined) byHost.set(host, [guard]);
      else known.push(guard);
    }
  }
  const wide = guards.filter(({ isWide }) => isWide);
  const room: Comparisons = { left: MOST_COMPARISONS };
  for (const guard of guards) {
    const near = guard.isWide ? guards : [...wide, ...guard.hosts.flatMap((host) => byHost.get(host) ?? [])];
    room.left -= near.length;
    for (const other of new Set(near)) {
      if (room.left <= 0) return;
      if (other.position <= guard.position) continue;
      const exclusion = exclusionOf(guard.policy, other.policy, room);
      if (exclusion === undefined) continue;
      const request = commonRequest(guard, other, room);
      if (request !== undefined) reportPair(guard, other, request, exclusion, trials);
    }
    yield;
  }
}

function guardsOf({ written, policies }: LintInput): readonly Guard[] {
  return written.flatMap((each, position) => {
    const policy = policies.get(each.name);
    if (policy === undefined || policy.mode === 'shadow') return [];
    if (policy.mtls?.principals === undefined && policy.jwt === undefined) return [];
    const entries = entriesOf(each.spec.match).filter(({ when }) => when === undefined);
    const hosts = entries.flatMap((entry) => entry.hosts ?? []);
    const exact = hosts.flatMap((host) => (host.kind === 'exact' ? [host.host] : []));
    const isWide = exact.length < hosts.length || entries.some((entry) => entry.hosts === undefined);
    return [{ policy, written: each, position, entries, hosts: [...new Set(exact)], isWide }];
  });
}

function commonRequest(a: Guard, b: Guard, room: Comparisons): SampleRequest | undefined {
  for (const one of a.entries) {
    for (const other of b.entries) {
      room.left -= sizeOf(one) * sizeOf(other);
      if (room.left <= 0) return undefined;
      const request = sampleRequest(one, other);
      if (request !== undefined) return request;
    }
  }
  return undefined;
}

function sizeOf({ hosts = [], paths = [] }: MatchEntry): number {
  return 1 + hosts.length + paths.length;
}

function reportPair(a: Guard, b: Guard, request: SampleRequest, exclusion: Exclusion, trials: Trials): void {
  const governing = trials.policiesFor(request);
  if (!governing.some(({ allowRules }) => allowRules.length > 0)) return;
  const refused = [
    [a, b],
    [b, a],
  ] as const;
  const confirmed = refused.flatMap(([accepting, refusing]): readonly Confirmed[] => {
    const example = exampleFor(accepting, request, exclusion, governing);
    const found = trials.confirm(
      example,
      ({ reason, policy }) => reason === REASONS[exclusion] && policy === refusing.policy.name,
    );
    return found === undefined ? [] : [found];
  });
  const [first, second] = confirmed;
  if (first === undefined || second === undefined) return;
  const only = commonEnvironments(first, second);
  if (only === undefined) return;
  const [subject, other] = a.isWide || !b.isWide ? [b, a] : [a, b];
  const where = only.length === 0 ? '' : ` in the Environment ${listed(only)}`;
  const { file, line } = sourceOf(placeIn(other, exclusion));
  const message = `nobody can reach \`${request.route}\`${where}: this policy wants ${wanted(subject, exclusion)}, and \`${other.written.name}\`, at ${file}:${line}, wants ${wanted(other, exclusion)}`;
  const help = 'let both accept the same callers, or narrow `match` so that they apply to different requests';
  const examples = [first.text, second.text];
  report(placeIn(subject, exclusion), 'nobody_admitted', message, help, undefined, examples);
}

/** Environments in which both answers are confirmed; empty: in all. Undefined if there are none. */
function commonEnvironments(a: Confirmed, b: Confirmed): readonly string[] | undefined {
  if (a.only.length === 0) return b.only;
  if (b.only.length === 0) return a.only;
  const common = a.only.filter((each) => b.only.includes(each));
  return common.length === 0 ? undefined : common;
}

const REASONS = {
  mtls: 'peer_untrusted',
  jwt: 'token_unknown_issuer',
} as const satisfies Record<Exclusion, string>;

/** The request of a caller whom one of the two policies accepts. */
function exampleFor(
  { policy }: Guard,
  { method, host, path }: SampleRequest,
  exclusion: Exclusion,
  governing: readonly CompiledPolicy[],
): Example {
  const { mtls, jwt } = policy;
  const [principal] = mtls?.principals === undefined ? [] : samplePrincipals(mtls.principals);
  const [issuer] = jwt?.issuers ?? [];
  if (exclusion === 'mtls' && mtls !== undefined && principal !== undefined) {
    const caller = { principal, via: mtls.from };
    return { method, host, path, caller, token: undefined };
  }
  return { method, host, path, caller: sampleCaller(governing), token: issuer && tokenOf(issuer) };
}

function wanted({ policy }: Guard, exclusion: Exclusion): string {
  if (exclusion === 'mtls')
    return listed((policy.mtls?.principals?.patterns ?? []).map(({ source }) => source));
  return `a token of ${listed((policy.jwt?.issuers ?? []).map(({ name }) => name))}`;
}

function placeIn({ written: { at, nameAt } }: Guard, exclusion: Exclusion): WrittenPolicy['at'] {
  const list = exclusion === 'mtls' ? 'principals' : 'issuers';
  return placeOf(at, 'authenticate', exclusion, list) ?? placeOf(at, 'authenticate') ?? nameAt;
}
