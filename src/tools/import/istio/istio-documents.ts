import type { JsonValue } from '../../../engine/request/attributes.ts';
import { entriesOf, listOf, member, textOf, textsOf, unknownMembers } from '../json-reads.ts';

/** An AuthorizationPolicy or RequestAuthentication of Istio. */
export interface IstioDocument {
  readonly kind: 'AuthorizationPolicy' | 'RequestAuthentication';
  readonly name: string;
  readonly namespace: string;
  /** Labels of the selected workloads, or the target of `targetRefs`; empty for all workloads. */
  readonly selector: Selector;
  readonly action: string;
  /** Evaluated and logged by Istio, without effect. */
  readonly isDryRun: boolean;
  readonly rules: readonly IstioRule[];
  readonly jwtRules: readonly JsonValue[];
  /** Parts that have no equivalent and are not read. */
  readonly remarks: readonly string[];
}

interface Selector {
  /** Identity of the selection in its namespace, for comparisons. */
  readonly key: string;
  /** Name of the service that the selection probably is; empty for all workloads. */
  readonly service: string;
  /** The selection as text. */
  readonly shown: string;
}

export interface IstioRule {
  /** Empty: every caller. */
  readonly from: readonly FieldValues[];
  /** Empty: every operation. */
  readonly to: readonly FieldValues[];
  readonly when: readonly IstioCondition[];
}

/** The values of each field of a source or an operation. All fields must hold, each by one of its values. */
export type FieldValues = ReadonlyMap<string, readonly string[]>;

export interface IstioCondition {
  readonly key: string;
  readonly values: readonly string[];
  readonly notValues: readonly string[];
}

/** Namespace of documents that name none. */
const DEFAULT_NAMESPACE = 'default';

/** Namespace whose documents apply to the whole mesh. */
export const ROOT_NAMESPACE = 'istio-system';

/** True for an AuthorizationPolicy of Istio. */
export function isAuthorizationPolicy(document: JsonValue): boolean {
  return kindOf(document) === 'AuthorizationPolicy';
}

function kindOf(document: JsonValue): IstioDocument['kind'] | undefined {
  if (!textOf(member(document, 'apiVersion')).startsWith('security.istio.io/')) return undefined;
  const kind = textOf(member(document, 'kind'));
  return kind === 'AuthorizationPolicy' || kind === 'RequestAuthentication' ? kind : undefined;
}

/** The document, if it is one of the two kinds of Istio. */
export function readIstio(document: JsonValue): IstioDocument | undefined {
  const kind = kindOf(document);
  if (kind === undefined) return undefined;
  const spec = member(document, 'spec');
  const metadata = member(document, 'metadata');
  const known = ['selector', 'targetRef', 'targetRefs', 'action', 'provider', 'rules', 'jwtRules'];
  const namespace = textOf(member(metadata, 'namespace')) || DEFAULT_NAMESPACE;
  return {
    kind,
    name: textOf(member(metadata, 'name')),
    namespace,
    selector: selectorOf(spec),
    action: textOf(member(spec, 'action')) || 'ALLOW',
    isDryRun: textOf(member(member(metadata, 'annotations'), 'istio.io/dry-run')) === 'true',
    rules: listOf(member(spec, 'rules')).map((rule) => readRule(rule, namespace)),
    jwtRules: listOf(member(spec, 'jwtRules')),
    remarks: unknownMembers(spec, known).map(
      (name) => `\`spec.${name}\` has no equivalent and was left out.`,
    ),
  };
}

/** Labels that usually name the service of a workload, the best first. */
const NAME_LABELS = ['app', 'app.kubernetes.io/name', 'k8s-app', 'name', 'service', 'istio'];

function selectorOf(spec: JsonValue | undefined): Selector {
  const labels = entriesOf(member(member(spec, 'selector'), 'matchLabels')).map(
    ([name, value]) => [name, textOf(value)] as const,
  );
  const targets = [...listOf(member(spec, 'targetRefs')), member(spec, 'targetRef')].filter(
    (target) => target !== undefined,
  );
  const [target] = targets;
  if (target !== undefined) {
    const names = targets.map((each) => `${textOf(member(each, 'kind'))} ${textOf(member(each, 'name'))}`);
    return { key: names.join(), service: textOf(member(target, 'name')), shown: names.join(', ') };
  }
  const shown = labels.map(([name, value]) => `${name}=${value}`).toSorted(byText);
  const named = NAME_LABELS.flatMap((wanted) => labels.filter(([name]) => name === wanted));
  const [, service = ''] = named[0] ?? labels[0] ?? [];
  return { key: shown.join(), service, shown: shown.join(', ') };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function readRule(rule: JsonValue, namespace: string): IstioRule {
  return {
    from: listOf(member(rule, 'from')).map((each) => fieldsOf(member(each, 'source'), namespace)),
    to: listOf(member(rule, 'to')).map((each) => fieldsOf(member(each, 'operation'), namespace)),
    when: listOf(member(rule, 'when')).map((each) => ({
      key: textOf(member(each, 'key')),
      values: textsOf(member(each, 'values')),
      notValues: textsOf(member(each, 'notValues')),
    })),
  };
}

/** An empty list is as if it was not written. A service account without a namespace is one of that of the policy. */
function fieldsOf(value: JsonValue | undefined, namespace: string): FieldValues {
  return new Map(
    entriesOf(value)
      .filter(([, values]) => textsOf(values).length > 0)
      .map(([name, values]) => [
        name,
        /serviceAccounts$/i.test(name)
          ? textsOf(values).map((each) => (each.includes('/') ? each : `${namespace}/${each}`))
          : textsOf(values),
      ]),
  );
}
