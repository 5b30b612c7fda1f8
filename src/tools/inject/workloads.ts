import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import { member, nameOf, objectsOf, textOf } from './json.ts';

/** Place of a value in a document: keys and indexes. */
export type Path = readonly (string | number)[];

/** A pod, or the template of one, in a document. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  /** Place of the pod or of its template. */
  readonly path: Path;
}

/** Kinds with a pod, by API group (empty for the core group): the place of the pod in the object. */
const WORKLOAD_KINDS = {
  Pod: { groups: [''], path: [] },
  PodTemplate: { groups: [''], path: ['template'] },
  ReplicationController: { groups: [''], path: ['spec', 'template'] },
  Deployment: { groups: ['apps', 'extensions'], path: ['spec', 'template'] },
  ReplicaSet: { groups: ['apps', 'extensions'], path: ['spec', 'template'] },
  StatefulSet: { groups: ['apps'], path: ['spec', 'template'] },
  DaemonSet: { groups: ['apps', 'extensions'], path: ['spec', 'template'] },
  Job: { groups: ['batch'], path: ['spec', 'template'] },
  CronJob: { groups: ['batch'], path: ['spec', 'jobTemplate', 'spec', 'template'] },
  // Argo Rollouts. A Rollout with `workloadRef` has no template.
  Rollout: { groups: ['argoproj.io'], path: ['spec', 'template'] },
} as const satisfies Record<string, { readonly groups: readonly string[]; readonly path: Path }>;

/** The pods of a document: of an object, or of all objects of a list. Objects of other kinds have none. */
export function workloadsOf(document: JsonValue): readonly Workload[] {
  const found: Workload[] = [];
  collect(document, undefined, [], found);
  return found;
}

/** `implied` is the kind of the items of a `DeploymentList`, which do not name it themselves. */
function collect(object: JsonValue, implied: Implied | undefined, at: Path, found: Workload[]): void {
  if (!isJsonObject(object)) return;
  const kind = textOf(object, 'kind') || (implied?.kind ?? '');
  const version = textOf(object, 'apiVersion') || (implied?.version ?? '');
  const items = member(object, 'items');
  if (kind.endsWith('List') && isJsonList(items)) {
    const impliedKind = { kind: kind.slice(0, -'List'.length), version };
    for (const [index, item] of items.entries()) collect(item, impliedKind, [...at, 'items', index], found);
    return;
  }
  const row = Object.hasOwn(WORKLOAD_KINDS, kind)
    ? WORKLOAD_KINDS[kind as keyof typeof WORKLOAD_KINDS]
    : undefined;
  if (row === undefined || !row.groups.some((group) => group === groupOf(version))) return;
  const pod = row.path.reduce<JsonValue | undefined>(member, object);
  if (!isPodSpec(member(pod, 'spec'))) return;
  found.push({ kind, name: shownName(object), path: [...at, ...row.path] });
}

interface Implied {
  readonly kind: string;
  readonly version: string;
}

function groupOf(version: string): string {
  return version.includes('/') ? version.slice(0, version.indexOf('/')) : '';
}

/** `metadata.name` of an object, or its `generateName` with `*` after it: pods of controllers have no name yet. */
export function shownName(object: JsonValue | undefined): string {
  const metadata = member(object, 'metadata');
  const prefix = textOf(metadata, 'generateName');
  return nameOf(metadata) || (prefix === '' ? '' : `${prefix}*`);
}

/** True if a value has the form of the specification of a pod. */
export function isPodSpec(spec: JsonValue | undefined): spec is JsonObject {
  return objectsOf(member(spec, 'containers')).length > 0;
}
