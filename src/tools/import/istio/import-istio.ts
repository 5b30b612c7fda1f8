import type { JsonValue } from '../../../engine/request/attributes.ts';
import { UniqueNames } from '../../../engine/schema/unique-names.ts';
import { type Imported, type ImportedDocument, Remarked, type Written } from '../imported.ts';
import { labelOf, listOf, member, textOf } from '../json-reads.ts';
import {
  type Group,
  groupsOf,
  hasAllow,
  hasTokens,
  hostsOf,
  isOfGroup,
  isPartlyOpen,
  namesCallers,
} from './groups.ts';
import { type ImportedIssuer, importIssuers } from './import-issuer.ts';
import { type IstioDocument, readIstio } from './istio-documents.ts';
import { istioTest } from './istio-samples.ts';
import { problemOfIstio } from './istio-shape.ts';
import { type RuleScope, translateRule } from './translate-rule.ts';

/** Policies, issuers and a test from the AuthorizationPolicies and RequestAuthentications of Istio. */
export function importIstio(written: readonly JsonValue[]): Imported {
  const documents = written.flatMap(itemsOf);
  const problem = documents.map(problemOfIstio).find((each) => each !== undefined);
  if (problem !== undefined) return { problem };
  const read = documents.map(readIstio);
  const known = read.filter((each) => each !== undefined);
  if (known.length === 0) return { problem: 'has no AuthorizationPolicy or RequestAuthentication of Istio' };
  const others = documents
    .filter((_, index) => read[index] === undefined)
    .map((each) => `The document \`${textOf(member(each, 'kind'))}\` was left out.`);
  const groups = groupsOf(known);
  const issuers = importIssuers(known);
  const names = new UniqueNames();
  const policies = groups.map((group) => translateGroup(group, { groups, issuers, names }));
  const [first, ...rest] = policies.flat();
  const all = first === undefined ? [] : [{ ...first, remarks: [...others, ...first.remarks] }, ...rest];
  return { documents: [...all, ...issuers.map(({ document }) => document), istioTest(groups, issuers)] };
}

/** The documents of a list, which `kubectl get` prints. */
function itemsOf(document: JsonValue): readonly JsonValue[] {
  if (textOf(member(document, 'kind')).endsWith('List')) return listOf(member(document, 'items'));
  return Array.isArray(document) ? listOf(document) : [document];
}

interface Translation {
  readonly groups: readonly Group[];
  readonly issuers: readonly ImportedIssuer[];
  readonly names: UniqueNames;
}

/** The policy of a group, and a shadow policy for each AuthorizationPolicy that is a dry run. */
function translateGroup(group: Group, translation: Translation): readonly ImportedDocument[] {
  const enforced = { ...group, documents: group.documents.filter(({ isDryRun }) => !isDryRun) };
  const dry = group.documents.filter(({ isDryRun }) => isDryRun);
  return [
    ...(enforced.documents.length === 0 ? [] : [policyOf(enforced, translation, undefined)]),
    ...dry.map((each) => policyOf({ ...group, documents: [each] }, translation, 'shadow')),
  ];
}

function policyOf(group: Group, translation: Translation, mode: 'shadow' | undefined): ImportedDocument {
  const { groups, issuers, names } = translation;
  const scope = {
    hasTokens: hasTokens(groups, group),
    namesCallers: mode === undefined && namesCallers(groups, group),
  };
  const ruleNames = new UniqueNames();
  const translated = group.documents
    .filter(({ kind, action }) => kind === 'AuthorizationPolicy' && (action === 'ALLOW' || action === 'DENY'))
    .flatMap((document) => translateRules(document, scope, ruleNames));
  const rules = translated.flatMap((each) => each.rules);
  const open = mode === undefined ? openRule(group, groups) : { rules: [], remarks: [] };
  const accepted = issuers.filter(({ documents }) =>
    documents.some((each) => group.documents.includes(each)),
  );
  const hosts = hostsOf(groups, group);
  const written = group.documents.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
  return {
    kind: 'Policy',
    name: names.take(labelOf(nameOf(group), 'mesh')),
    description: `Imported from ${written.join(', ')}`,
    remarks: [
      ...selectionRemarks(group, hosts, groups),
      ...documentRemarks(group.documents),
      ...translated.flatMap(({ remarks }) => remarks),
      ...open.remarks,
    ],
    spec: {
      match: hosts.length === 0 ? undefined : [{ hosts }],
      mode,
      authenticate:
        accepted.length === 0
          ? undefined
          : { jwt: { issuers: accepted.map(({ document }) => document.name), required: false } },
      rules: rules.length + open.rules.length === 0 ? undefined : [...rules, ...open.rules],
    },
  };
}

function nameOf({ namespace, selector }: Group): string {
  return [namespace, selector.service].filter((part) => part !== '').join('-');
}

interface Rules {
  readonly rules: readonly Written[];
  /** Remarks on rules that can never match, and are left out. */
  readonly remarks: readonly string[];
}

function translateRules(
  document: IstioDocument,
  scope: Omit<RuleScope, 'effect'>,
  names: UniqueNames,
): readonly Rules[] {
  const effect = document.action === 'DENY' ? 'deny' : 'allow';
  return document.rules.map((rule, index): Rules => {
    const named = scope.namesCallers === true && effect === 'allow';
    const { rule: translated, remarks } = translateRule(rule, { effect, ...scope, namesCallers: named });
    if (translated === undefined) {
      const reasons = remarks.length > 0 ? remarks.join(' ') : 'no request has the token that it needs.';
      const left = `Rule ${index + 1} of \`${document.name}\` was left out, since it cannot match: ${reasons}`;
      return { rules: [], remarks: [left] };
    }
    const suffix = document.rules.length > 1 ? `-${index + 1}` : '';
    const { match, from, when } = translated;
    const name = names.take(labelOf(document.name, effect) + suffix);
    const written = { [effect]: name, match: match.length === 0 ? undefined : match, from, when };
    const isOpen = effect === 'allow' && from === undefined && when === undefined;
    const silence = isOpen ? ['lictor-ignore: open_allow the policy of Istio allows every caller'] : [];
    return { rules: [new Remarked([...remarks, ...silence], written)], remarks: [] };
  });
}

/** The rule for what Istio allows without an ALLOW policy. */
function openRule(group: Group, groups: readonly Group[]): Rules {
  if (hasAllow(groups, group)) return { rules: [], remarks: [] };
  if (isPartlyOpen(groups, group)) {
    const remark =
      'Istio allows requests to workloads that no ALLOW policy selects. Here each of them needs a policy with an allow rule.';
    return { rules: [], remarks: [remark] };
  }
  const remarks = [
    'Istio allows what no DENY policy names, as long as no ALLOW policy selects the workload.',
    'lictor-ignore: open_allow as in Istio, until the callers are named',
  ];
  return { rules: [new Remarked(remarks, { allow: 'everything-else' })], remarks: [] };
}

function selectionRemarks(
  group: Group,
  hosts: readonly string[],
  groups: readonly Group[],
): readonly string[] {
  if (hosts.length === 0) return [];
  const { namespace, selector } = group;
  const shared = hosts.filter((host) => !isOfGroup(groups, group, host));
  if (shared.length > 0) {
    const names = shared.map((host) => `\`${host}\``).join(', ');
    return [
      ...selectionRemarks(
        group,
        hosts.filter((host) => !shared.includes(host)),
        groups,
      ),
      `Policies of other workloads apply to ${names} as well, since their rules name it: separate the hosts.`,
    ];
  }
  if (selector.key === '') {
    return [
      `Istio selects all workloads of the namespace \`${namespace}\`: check that \`hosts\` has every name of them.`,
    ];
  }
  return [
    `Istio selects workloads by \`${selector.shown}\` in \`${namespace}\`, Lictor selects requests by host: check that \`hosts\` has every name of the service.`,
  ];
}

function documentRemarks(documents: readonly IstioDocument[]): readonly string[] {
  return documents.flatMap(({ kind, name, action, remarks }) => [
    ...remarks,
    ...(kind === 'AuthorizationPolicy' ? actionRemarks(name, action) : []),
  ]);
}

function actionRemarks(name: string, action: string): readonly string[] {
  switch (action) {
    case 'AUDIT':
      return [`The AUDIT policy \`${name}\` was left out: every decision is in the decision log.`];
    case 'CUSTOM':
      return [
        `The CUSTOM policy \`${name}\` was left out: translate the rules of its provider, which may be Lictor itself.`,
      ];
    default:
      return [];
  }
}
