import type { Attributes } from '../request/attributes.ts';
import { type HostPattern, matchesHost, normalizeHost } from '../request/host.ts';
import type { CompiledPolicy } from '../set/policy-set.ts';

/** Most hosts that are remembered; a service has few. */
const MOST_HOSTS = 64;

/**
 * Finds requests to the hosts of several services at a sidecar, which has one: the caller then chooses the policies by
 * the `Host` header. The hosts of one service are those that its policies connect: two hosts that one policy names, or
 * two policies that name one host. Policies for every host do not count.
 */
export class HostObserver {
  /** Hosts of the service, and the names of the policies that decided about them. */
  readonly #hosts = new Set<string>();
  readonly #policies = new Set<string>();

  /** True if the policy that decided about a request belongs to another service than those before. */
  isForeign(
    { request, connection }: Attributes,
    policy: string,
    policies: readonly CompiledPolicy[],
  ): boolean {
    const host = normalizeHost(request.host);
    if (this.#policies.has(policy) && (this.#hosts.has(host) || this.#hosts.size >= MOST_HOSTS)) return false;
    const named = hostsOf(policies.find(({ name }) => name === policy));
    if (named === undefined) return false;
    this.#learn(connection.requestedServerName, policies);
    const isOwn =
      this.#hosts.size === 0 ||
      this.#hosts.has(host) ||
      this.#policies.has(policy) ||
      [...this.#hosts].some((own) => matchesAny(named, own));
    if (!isOwn) return true;
    if (this.#hosts.size < MOST_HOSTS) this.#hosts.add(host);
    this.#policies.add(policy);
    return false;
  }

  /** The name in the TLS handshake is a host of the service if a policy names it; a mesh may send other names. */
  #learn(serverName: string, policies: readonly CompiledPolicy[]): void {
    if (this.#hosts.size > 0 || serverName === '') return;
    const host = normalizeHost(serverName);
    const isNamed = policies.some((policy) => {
      const named = hostsOf(policy);
      return named !== undefined && matchesAny(named, host);
    });
    if (isNamed) this.#hosts.add(host);
  }
}

/** Patterns of the hosts that a policy selects; undefined if it selects every host. */
function hostsOf(policy: CompiledPolicy | undefined): readonly HostPattern[] | undefined {
  if (policy === undefined || policy.match.length === 0) return undefined;
  const patterns: HostPattern[] = [];
  for (const { hosts } of policy.match) {
    if (hosts === undefined || hosts.some(({ kind }) => kind === 'any')) return undefined;
    patterns.push(...hosts);
  }
  return patterns;
}

function matchesAny(patterns: readonly HostPattern[], host: string): boolean {
  return patterns.some((pattern) => matchesHost(pattern, host));
}
