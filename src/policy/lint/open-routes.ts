import { type HostPattern, matchesHost } from '../../engine/request/host.ts';
import type { CompiledPolicy } from '../../engine/set/policy-set.ts';
import { type EntryPair, entriesOf, selections } from '../compile/match-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { placeOf } from '../compile/written-places.ts';
import { sourceOf } from '../language/document.ts';
import { report } from '../language/reader.ts';
import type { RuleDocument } from '../language/rule-document.ts';
import { enforcedRules } from '../language/rule-mode.ts';
import type { LintInput } from './lint-input.ts';
import type { PolicyContext } from './policy-context.ts';
import { openRules } from './rules.ts';
import { type SampleRequest, sampleRequest } from './sample-request.ts';
import type { Trials } from './trials.ts';

/** A policy that authenticates, with the hosts that it names. */
interface Guard {
  readonly written: WrittenPolicy;
  readonly hosts: readonly HostPattern[];
}

/** Requests that are tried for one rule. */
const MOST_REQUESTS = 10;
/** Guards with wildcards that are compared with one host. */
const MOST_GUARDS = 1_000;

/**
 * Reports allow rules that let anonymous callers in on a host for which another policy requires a certificate or token.
 * Rules without any condition are reported as `open_allow`.
 */
export function* lintOpenRoutes(
  { written, policies }: LintInput,
  context: PolicyContext,
  trials: Trials,
): Generator<undefined, void> {
  const guards = new Guards(written, policies);
  for (const policy of written) {
    const compiled = policies.get(policy.name);
    if (compiled === undefined || compiled.mode === 'shadow' || authenticates(compiled)) continue;
    const allows = enforcedRules(policy.spec).filter(({ effect }) => effect === 'allow');
    if (allows.length === 0) continue;
    const reported = new Set(openRules(policy, context.of(policy)));
    for (const rule of allows) if (!reported.has(rule)) reportRule(rule, policy, guards, trials);
    yield;
  }
}

function authenticates({ mtls, namedPeers, jwt, callers }: CompiledPolicy): boolean {
  return mtls !== undefined || namedPeers !== undefined || callers !== undefined || jwt?.required === true;
}

/** The policies that authenticate, by the hosts that they name. */
class Guards {
  readonly #exact = new Map<string, Guard>();
  readonly #below: Guard[] = [];
  readonly #hosts = new Set<string>();

  constructor(written: readonly WrittenPolicy[], policies: LintInput['policies']) {
    for (const each of written) {
      const compiled = policies.get(each.name);
      if (compiled === undefined || compiled.mode === 'shadow' || !authenticates(compiled)) continue;
      const hosts = entriesOf(each.spec.match).flatMap((entry) => entry.hosts ?? []);
      const guard: Guard = { written: each, hosts };
      for (const host of hosts) {
        if (host.kind === 'exact') this.#exact.set(host.host, this.#exact.get(host.host) ?? guard);
        if (host.kind === 'exact' && this.#hosts.size < MOST_REQUESTS) this.#hosts.add(host.host);
      }
      if (hosts.some(({ kind }) => kind === 'below') && this.#below.length < MOST_GUARDS)
        this.#below.push(guard);
    }
  }

  /** Some hosts with a policy that authenticates. */
  get hosts(): readonly string[] {
    return [...this.#hosts];
  }

  of(host: string): Guard | undefined {
    return (
      this.#exact.get(host) ??
      this.#below.find(({ hosts }) =>
        hosts.some((pattern) => pattern.kind === 'below' && matchesHost(pattern, host)),
      )
    );
  }
}

function reportRule(rule: RuleDocument, policy: WrittenPolicy, guards: Guards, trials: Trials): void {
  const pairs = selections(policy.spec.match, rule.match);
  for (const request of pairs.flatMap((pair) => requestsOf(pair, guards)).slice(0, MOST_REQUESTS)) {
    const guard = guards.of(request.host);
    const governing = guard === undefined ? [] : trials.policiesFor(request);
    if (guard === undefined || governing.some(authenticates)) continue;
    const { method, host, path } = request;
    const confirmed = trials.confirm(
      { method, host, path, caller: undefined, token: undefined },
      (decision) =>
        decision.reason === 'allowed' && decision.policy === policy.name && decision.rule === rule.name,
    );
    if (confirmed === undefined) continue;
    const { name, at, nameAt } = guard.written;
    const { file, line } = sourceOf(placeOf(at, 'authenticate') ?? nameAt);
    const message = `this rule allows callers without certificate and token, and \`${name}\` for the same host, at ${file}:${line}, requires one`;
    const help = `require \`mtls\` or \`jwt\` under \`authenticate\`, or say that it is meant with \`# lictor-ignore: open_route REASON\``;
    report(placeOf(rule.at, 'name') ?? rule.at, 'open_route', message, help, undefined, [confirmed.text]);
    return;
  }
}

/** A request for a pair of entries; for one without hosts, on hosts with a policy that authenticates. */
function requestsOf([outer = {}, inner = {}]: EntryPair, guards: Guards): readonly SampleRequest[] {
  const request = sampleRequest(outer, inner);
  if (request === undefined) return [];
  const hosts = [...(outer.hosts ?? []), ...(inner.hosts ?? [])];
  if (hosts.some(({ kind }) => kind !== 'any')) return [request];
  return guards.hosts.map((host) => ({ ...request, host }));
}
