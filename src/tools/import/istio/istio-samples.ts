import { UniqueNames } from '../../../engine/schema/unique-names.ts';
import type { ImportedDocument, Written } from '../imported.ts';
import { labelOf } from '../json-reads.ts';
import {
  type Group,
  hasTokens,
  hostsOf,
  includes,
  isAllowed,
  isPartlyOpen,
  rulesWith,
  selectsOnly,
} from './groups.ts';
import type { ImportedIssuer } from './import-issuer.ts';
import type { FieldValues, IstioRule } from './istio-documents.ts';
import { isBlock, type SampleRequest, withoutPort } from './istio-fields.ts';

/** Host of requests that only policies of the whole mesh select. */
const MESH_HOST = 'sample.sample.svc.cluster.local';

const BLANK: SampleRequest = {
  principal: '',
  address: '192.0.2.1',
  host: '',
  method: 'GET',
  path: '/',
  port: 8080,
  sni: '',
  headers: new Map(),
  token: undefined,
};

interface NamedSample {
  readonly name: string;
  readonly group: Group;
  readonly request: SampleRequest;
}

/** A test whose cases expect what Istio decides: for each rule a request that it matches, and others near to it. */
export function istioTest(groups: readonly Group[], issuers: readonly ImportedIssuer[]): ImportedDocument {
  const names = new UniqueNames();
  const seen = new Set<string>();
  const cases = groups
    .flatMap((group) => samplesOf(group, groups, issuers))
    .flatMap(({ name, group, request }) => {
      const sample = JSON.stringify([group.namespace, group.selector.key, written(request, issuers)]);
      if (seen.has(sample)) return [];
      seen.add(sample);
      const allowed = isAllowed(groups, group, request);
      if (allowed && isPartlyOpen(groups, group)) return [];
      return [{ name: names.take(name), request, decision: allowed ? 'allow' : 'deny' }];
    });
  const callers = new Map<string, string>();
  const named = cases.map(({ name, request, decision }) => {
    const { caller, request: sent } = written(request, issuers);
    const key = JSON.stringify(caller);
    const known = callers.get(key) ?? `caller-${callers.size + 1}`;
    callers.set(key, known);
    return { name, caller: known, request: sent, expect: { decision } };
  });
  return {
    kind: 'PolicyTest',
    name: 'istio',
    description: 'What Istio decides, computed from the rules that were imported',
    remarks: [],
    spec: {
      callers: Object.fromEntries(
        [...callers].map(([caller, name]) => [name, JSON.parse(caller) as Written]),
      ),
      cases: named,
    },
  };
}

function written(
  { principal, address, host, method, path, port, sni, headers, token }: SampleRequest,
  issuers: readonly ImportedIssuer[],
): { readonly caller: Written; readonly request: Written } {
  const issuer = token === undefined ? undefined : issuers.find((each) => each.issuer === token.issuer);
  return {
    caller: {
      principal: principal === '' ? undefined : `spiffe://${principal}`,
      address,
      jwt:
        issuer === undefined || token === undefined
          ? undefined
          : { issuer: issuer.document.name, claims: nested(token.claims) },
    },
    request: {
      method,
      host,
      path,
      headers: headers.size === 0 ? undefined : Object.fromEntries(headers),
      requestedServerName: sni === '' ? undefined : sni,
      destination: { port },
    },
  };
}

/** Claims by path with dots as an object. */
function nested(claims: ReadonlyMap<string, string | readonly string[]>): Written {
  const object: Record<string, Written> = {};
  for (const [path, value] of claims) {
    const [name = '', ...rest] = path.split('.');
    object[name] = rest.length === 0 ? value : nested(new Map([[rest.join('.'), value]]));
  }
  return object;
}

function samplesOf(
  group: Group,
  groups: readonly Group[],
  issuers: readonly ImportedIssuer[],
): readonly NamedSample[] {
  const [own] = hostsOf(groups, group);
  const host = (own ?? MESH_HOST).replace(/^\*/, 'sample');
  const usable = hasTokens(groups, group)
    ? issuers.filter(({ documents }) =>
        groups.some((each) => includes(each, group) && each.documents.some((one) => documents.includes(one))),
      )
    : [];
  const rules = ['ALLOW', 'DENY'].flatMap((action) => rulesWith(group, action));
  const label = labelOf(`${group.namespace} ${group.selector.service}`, 'mesh');
  const of = (name: string, request: SampleRequest): NamedSample => ({
    name: `${label}: ${name}`,
    group,
    request,
  });
  const samples = [
    of('a request of nobody', { ...BLANK, host }),
    ...rules.flatMap((rule, index) => {
      const request = sampleOf(rule, host, usable);
      const number = `rule ${index + 1}`;
      return [
        of(`${number}, its request`, request),
        of(`${number}, another caller`, {
          ...request,
          principal: 'cluster.local/ns/other/sa/other',
          address: '198.51.100.7',
        }),
        of(`${number}, no token`, { ...request, token: undefined }),
        of(`${number}, another method`, { ...request, method: request.method === 'PATCH' ? 'PUT' : 'PATCH' }),
        of(`${number}, another path`, { ...request, path: '/another/path' }),
        of(`${number}, no headers`, { ...request, headers: new Map() }),
      ];
    }),
  ];
  return samples.filter(({ request }) => selectsOnly(groups, group, request.host));
}

/** A request that the rule matches by its first values. */
function sampleOf(rule: IstioRule, host: string, issuers: readonly ImportedIssuer[]): SampleRequest {
  const [source = new Map()] = rule.from;
  const [operation = new Map()] = rule.to;
  const first = (values: FieldValues, name: string): string => values.get(name)?.[0] ?? '';
  const condition = (key: string): string => rule.when.find((each) => each.key === key)?.values[0] ?? '';
  const principal = first(source, 'principals') || condition('source.principal');
  const namespace = first(source, 'namespaces') || condition('source.namespace');
  const account = first(source, 'serviceAccounts');
  const block = first(source, 'ipBlocks') || condition('source.ip');
  return {
    principal:
      account === ''
        ? principalOf(principal, namespace)
        : principalOf(`cluster.local/ns/${account.replace('/', '/sa/')}`, ''),
    address: isBlock(block) && !block.includes(':') ? block.replace(/\/.*$/, '') : BLANK.address,
    host: withoutPort(filled(first(operation, 'hosts'), 'sample')) || host,
    method: filled(first(operation, 'methods'), 'GET') || 'GET',
    path: pathOf(first(operation, 'paths')),
    port: Number(first(operation, 'ports') || condition('destination.port') || BLANK.port),
    sni: filled(condition('connection.sni'), 'sample'),
    headers: new Map(
      rule.when.flatMap(({ key, values: [value = ''] }) => {
        const [, name] = /^request\.headers\[([^\]]+)\]$/.exec(key) ?? [];
        return name === undefined || value === ''
          ? []
          : [[name.toLowerCase(), filled(value, 'sample')] as const];
      }),
    ),
    token: tokenOf(rule, first(source, 'requestPrincipals') || condition('request.auth.principal'), issuers),
  };
}

function principalOf(pattern: string, namespace: string): string {
  if (pattern === '' || pattern === '*') {
    return namespace === '' && pattern === ''
      ? ''
      : `cluster.local/ns/${filled(namespace, 'sample') || 'sample'}/sa/sample`;
  }
  if (pattern.startsWith('*')) return `cluster.local/ns/sample${pattern.slice(1).replace(/^(?=[^/])/, '/')}`;
  return pattern.endsWith('*')
    ? `${pattern.slice(0, -1)}${/\/ns\/[^/]+\/$/.test(pattern.slice(0, -1)) ? 'sa/' : ''}sample`
    : pattern;
}

/** A text that a pattern with a `*` at one end matches. */
function filled(pattern: string, by: string): string {
  return pattern === '*' ? by : pattern.replaceAll('*', by);
}

function pathOf(pattern: string): string {
  const plain = pattern.replaceAll(/\{\*\*?\}/g, 'sample').replaceAll('*', 'sample');
  return plain === '' ? '/' : plain.replace(/^(?!\/)/, '/');
}

function tokenOf(
  rule: IstioRule,
  wanted: string,
  issuers: readonly ImportedIssuer[],
): SampleRequest['token'] {
  const claims = rule.when.flatMap(({ key, values: [value = ''] }) => {
    const path = [...key.replace(/^request\.auth\.claims/, '').matchAll(/\[([^\]]+)\]/g)].map(
      ([, name = '']) => name,
    );
    if (value === '') return [];
    if (key.startsWith('request.auth.claims')) return [[path.join('.'), filled(value, 'sample')] as const];
    return key === 'request.auth.presenter' ? [['azp', filled(value, 'sample')] as const] : [];
  });
  const audience = rule.when.find(({ key }) => key === 'request.auth.audiences')?.values[0];
  const slash = wanted.lastIndexOf('/');
  const issuer = issuers.find((each) => each.issuer === wanted.slice(0, slash)) ?? issuers[0];
  if (issuer === undefined || (wanted === '' && claims.length === 0 && audience === undefined))
    return undefined;
  const subject = slash === -1 ? 'sample' : filled(wanted.slice(slash + 1), 'sample');
  const aud = audience ?? issuer.audience;
  return {
    issuer: issuer.issuer,
    claims: new Map([['sub', subject], ...(aud === '' ? [] : [['aud', aud] as const]), ...claims]),
  };
}
