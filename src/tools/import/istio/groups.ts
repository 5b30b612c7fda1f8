import type { IstioDocument, IstioRule } from './istio-documents.ts';
import { ROOT_NAMESPACE } from './istio-documents.ts';
import type { SampleRequest } from './istio-fields.ts';
import { hostPattern, matchesRule, principalsOf } from './translate-rule.ts';

/** The documents of Istio that select the same workloads. */
export interface Group {
  /** Empty for the whole mesh. */
  readonly namespace: string;
  readonly selector: IstioDocument['selector'];
  readonly documents: readonly IstioDocument[];
}

/** Documents by what they select, the widest selections first. */
export function groupsOf(documents: readonly IstioDocument[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const document of documents) {
    const isMesh = document.namespace === ROOT_NAMESPACE && document.selector.key === '';
    const namespace = isMesh ? '' : document.namespace;
    const key = `${namespace}\n${document.selector.key}`;
    const known = groups.get(key)?.documents ?? [];
    groups.set(key, { namespace, selector: document.selector, documents: [...known, document] });
  }
  return [...groups.values()].toSorted((a, b) => widthOf(a) - widthOf(b));
}

function widthOf({ namespace, selector }: Group): number {
  return (namespace === '' ? 0 : 1) + (selector.key === '' ? 0 : 1);
}

/** True if all workloads of `inner` are workloads of `outer`. */
export function includes(outer: Group, inner: Group): boolean {
  if (isSame(outer, inner) || outer.namespace === '') return true;
  return outer.namespace === inner.namespace && outer.selector.key === '';
}

function isSame(a: Group, b: Group): boolean {
  return a.namespace === b.namespace && a.selector.key === b.selector.key;
}

/** Groups that are a part of a group. */
function partsOf(groups: readonly Group[], group: Group): readonly Group[] {
  return groups.filter((each) => !isSame(each, group) && includes(group, each));
}

/**
 * True if Istio allows requests to workloads of the group that no ALLOW policy selects, and the policy of the group
 * cannot: its rule would allow requests to workloads that an ALLOW policy selects as well.
 */
export function isPartlyOpen(groups: readonly Group[], group: Group): boolean {
  if (hasAllow(groups, group)) return false;
  return partsOf(groups, group).some((each) => policiesWith(each.documents, 'ALLOW').length > 0);
}

/** Rules of enforced AuthorizationPolicies with an action. */
export function rulesWith({ documents }: Group, action: string): readonly IstioRule[] {
  return policiesWith(documents, action).flatMap(({ rules }) => rules);
}

/** True if an enforced policy allows some requests, or none, to the workloads of the group alone or to more. */
export function hasAllow(groups: readonly Group[], group: Group): boolean {
  return groups.some((each) => includes(each, group) && policiesWith(each.documents, 'ALLOW').length > 0);
}

/** True if all rules that allow requests to the group name principals alone, so that every caller must be a peer. */
export function namesCallers(groups: readonly Group[], group: Group): boolean {
  const related = groups.filter((each) => includes(each, group) || includes(group, each));
  const rules = related.flatMap((each) => rulesWith(each, 'ALLOW'));
  return hasAllow(groups, group) && rules.every((rule) => principalsOf(rule) !== undefined);
}

/** True if tokens of requests to the group are verified. */
export function hasTokens(groups: readonly Group[], group: Group): boolean {
  return groups.some(
    (each) => includes(each, group) && each.documents.some(({ jwtRules }) => jwtRules.length > 0),
  );
}

function policiesWith(documents: readonly IstioDocument[], action: string): readonly IstioDocument[] {
  return documents.filter(
    (each) => each.kind === 'AuthorizationPolicy' && each.action === action && !each.isDryRun,
  );
}

/** Hosts of the group's requests, as other workloads name them and as its rules name them; none for the mesh. */
export function hostsOf(groups: readonly Group[], group: Group): readonly string[] {
  if (group.namespace === '') return [];
  const { namespace, selector } = group;
  const name = selector.key === '' ? '*' : hostLabel(selector.service);
  const space = hostLabel(namespace);
  const suffixes = [space, `${space}.svc`, `${space}.svc.cluster.local`];
  const own = suffixes.map((suffix) => `${name}.${suffix}`);
  const named = [...partsOf(groups, group).flatMap((each) => hostsOf(groups, each)), ...namedHosts(group)];
  const covered = (host: string): boolean =>
    selector.key === '' && suffixes.some((each) => host.endsWith(`.${each}`));
  return [...new Set([...own, ...named.filter((host) => !covered(host))])];
}

/** A name without letters that a host cannot have. */
function hostLabel(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'x'
  );
}

/** True if only policies of the group, and of groups that contain it, select requests to the host. */
export function isOfGroup(groups: readonly Group[], group: Group, host: string): boolean {
  return groups
    .filter((each) => hostsOf(groups, each).some((pattern) => selectsHost(pattern, host)))
    .every((each) => includes(each, group) || includes(group, each));
}

/** True if the policy of the group selects requests to the host, and no policy that is not one of a wider group. */
export function selectsOnly(groups: readonly Group[], group: Group, host: string): boolean {
  const selecting = groups.filter((each) => {
    const hosts = hostsOf(groups, each);
    return hosts.length === 0 || hosts.some((pattern) => selectsHost(pattern, host));
  });
  return selecting.includes(group) && selecting.every((each) => includes(each, group));
}

function selectsHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) : pattern === host;
}

function namedHosts({ documents }: Group): readonly string[] {
  return documents
    .flatMap(({ rules }) => rules)
    .flatMap(({ to }) => to)
    .flatMap((operation) => operation.get('hosts') ?? [])
    .flatMap((host) => hostPattern(host) ?? []);
}

/** True if Istio allows a request to a workload of the group. */
export function isAllowed(groups: readonly Group[], group: Group, request: SampleRequest): boolean {
  const outer = groups.filter((each) => includes(each, group));
  const matches = (action: string, effect: 'allow' | 'deny'): boolean =>
    outer.some((each) => rulesWith(each, action).some((rule) => matchesRule(rule, request, effect)));
  if (matches('DENY', 'deny')) return false;
  return !hasAllow(groups, group) || matches('ALLOW', 'allow');
}
