import { Document, isMap, isScalar, isSeq, visit, type YAMLMap } from 'yaml';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import { CONTAINERS, OWN_CONTAINERS, OWN_VOLUMES, VOLUMES } from './names.ts';
import { RATIONALE } from './rationale.ts';

export interface Writing {
  /** True if the items of a list are further to the right than the key before it. */
  readonly indentsLists: boolean;
}

/** A value as block YAML, with a line end, and with a comment on each part of an injection that needs a reason. */
export function blockText(value: JsonValue, { indentsLists }: Writing): string {
  // Readers of Kubernetes follow YAML 1.1, in which a plain `on` is a boolean.
  const document = new Document(value, { compat: 'yaml-1.1' });
  visit(document, {
    Map(_, map, path) {
      const name = map.get('name');
      if (OWN_CONTAINERS.has(name) && map.has('image')) explainContainer(map);
      else if (isSeq(path.at(-1)) && OWN_VOLUMES.has(name)) explainVolume(map, String(name));
      else if (map === document.contents) explainKeys(map, ['terminationGracePeriodSeconds']);
    },
  });
  return document.toString({ lineWidth: 0, indentSeq: indentsLists });
}

/** A value as JSON, which is flow YAML, on one line or spread. */
export function flowText(value: JsonValue, isSpread = false): string {
  if (isSpread) return JSON.stringify(value, plainNumber, 2);
  if (isJsonList(value)) return `[${value.map((item) => flowText(item)).join(', ')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value, plainNumber);
  const members = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${flowText(each)}`);
  return `{${members.join(', ')}}`;
}

/** JSON has no other notation for an integer beyond the safe range. */
function plainNumber(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function explainContainer(map: YAMLMap): void {
  // git-sync is not measured, and Envoy does not wait for it.
  const isSidecar = map.get('name') === CONTAINERS.lictor;
  explainKeys(map, isSidecar ? Object.keys(RATIONALE) : ['securityContext']);
  const args = map.get('args');
  for (const item of isSeq(args) ? args.items : []) {
    if (isScalar(item)) item.commentBefore = commentOf(/^--[^=]*/.exec(String(item.value))?.[0]);
  }
  const env = map.get('env');
  for (const item of isSeq(env) ? env.items : []) {
    if (isMap(item)) item.commentBefore = commentOf(item.get('name'));
  }
}

/** A comment on a volume; of a mount, on the one of the proxy, which alone is read-only. */
function explainVolume(map: YAMLMap, name: string): void {
  if (!map.has('mountPath')) map.commentBefore = commentOf(name);
  else if (name === VOLUMES.socket && map.get('readOnly') === true) map.commentBefore = commentOf('mount');
}

function explainKeys(map: YAMLMap, names: readonly string[]): void {
  for (const { key } of map.items) {
    if (isScalar(key) && names.includes(String(key.value))) key.commentBefore = commentOf(key.value);
  }
}

function commentOf(part: unknown): string | null {
  if (typeof part !== 'string' || !Object.hasOwn(RATIONALE, part)) return null;
  return ` ${RATIONALE[part as keyof typeof RATIONALE]}`;
}
