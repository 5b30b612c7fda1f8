import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import type { FlagSource } from '../../flag/read-flags.ts';
import { conflictsOf, warningsAbout } from './conflicts.ts';
import { covers } from './covers.ts';
import { member, nameOf, objectsOf } from './json.ts';
import { CONTAINERS, OWN_CONTAINERS, OWN_VOLUMES, VOLUMES } from './names.ts';
import { type PodPieces, podPieces } from './pod-pieces.ts';
import { readAnnotations, withAnnotations } from './read-annotations.ts';
import { type Injection, readInjection } from './read-options.ts';
import { isPodSpec } from './workloads.ts';

/** A pod, or the template of one: metadata and specification. */
export type Pod = JsonObject;

export type InjectedPod =
  /** `pod` is the same if it has the sidecar already. */
  | { readonly kind: 'injected'; readonly pod: Pod; readonly warnings: readonly string[] }
  /** The pod refuses the sidecar. */
  | { readonly kind: 'skipped' }
  /** Sentences for the author of the pod. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** Grace period of a pod that has none, in seconds. */
const DEFAULT_GRACE = 30;

/**
 * Adds the sidecar to a pod. `defaults` are the options of pods without the annotation. Once is twice: a pod that has the
 * sidecar with the same options is returned as it is, and one with others is updated.
 */
export function injectPod(pod: Pod, defaults: FlagSource): InjectedPod {
  const request = readAnnotations(pod['metadata']);
  if (!request.isWanted) return { kind: 'skipped' };
  const { injection, problems = [] } = readInjection([request.options, defaults]);
  const spec = pod['spec'];
  if (!isPodSpec(spec)) return { kind: 'refused', problems: ['the pod has no containers'] };
  if (injection === undefined || request.problems.length > 0)
    return { kind: 'refused', problems: [...request.problems, ...problems] };
  const conflicts = conflictsOf(spec, injection, request.isInjected);
  if (conflicts.length > 0) return { kind: 'refused', problems: conflicts };
  const pieces = podPieces(injection);
  const grace = graceOf(spec, pieces.graceSeconds);
  const injected = {
    ...(Object.hasOwn(pod, 'metadata') ? {} : { metadata: {} }),
    ...pod,
    metadata: withAnnotations(pod['metadata'], pieces.annotations),
    spec: { ...withPieces(spec, pieces, injection), ...grace.field },
  };
  return { kind: 'injected', pod: injected, warnings: [...warningsAbout(spec), ...grace.warnings] };
}

function withPieces(spec: JsonObject, pieces: PodPieces, injection: Injection): JsonObject {
  const mounted = mountSocket(spec, pieces.proxyMount, injection.proxy);
  const initContainers = placeContainers(mounted, pieces.initContainers, injection.proxy);
  const volumes = placeVolumes(member(spec, 'volumes'), pieces.volumes);
  // The new list is written before `containers`, as people do.
  const entries = Object.entries(mounted);
  if (!Object.hasOwn(mounted, 'initContainers'))
    entries.splice(
      entries.findIndex(([name]) => name === 'containers'),
      0,
      ['initContainers', []],
    );
  return {
    ...Object.fromEntries(entries),
    initContainers,
    ...((volumes.length > 0 || Object.hasOwn(spec, 'volumes')) && { volumes }),
  };
}

/** Our containers first, unless they have a place already that is before the proxy. */
function placeContainers(
  spec: JsonObject,
  wanted: readonly JsonObject[],
  proxy: string,
): readonly JsonValue[] {
  const list = member(spec, 'initContainers');
  const found: readonly JsonValue[] = isJsonList(list) ? list : [];
  const names = found.map(nameOf);
  const place = names.indexOf(CONTAINERS.lictor);
  const isLate = place === -1 || (names.includes(proxy) && names.indexOf(proxy) < place);
  const others = found.filter((each) => !OWN_CONTAINERS.has(nameOf(each)));
  const current = wanted.map((each) => {
    const old = found.find((item) => nameOf(item) === nameOf(each));
    return isJsonObject(old) && covers(old, each) ? old : each;
  });
  if (isLate) return [...current, ...others];
  const before = found.slice(0, place).filter((each) => !OWN_CONTAINERS.has(nameOf(each)));
  return [...before, ...current, ...others.slice(before.length)];
}

/** Our volumes at the end, each in its place if it has one. */
function placeVolumes(list: JsonValue | undefined, wanted: readonly JsonObject[]): readonly JsonValue[] {
  const found: readonly JsonValue[] = isJsonList(list) ? list : [];
  const kept = found.flatMap((each) => {
    if (!OWN_VOLUMES.has(nameOf(each))) return [each];
    const piece = wanted.find((item) => nameOf(item) === nameOf(each));
    if (piece === undefined) return [];
    return [isJsonObject(each) && covers(each, piece) ? each : piece];
  });
  const names = new Set(found.map(nameOf));
  return [...kept, ...wanted.filter((each) => !names.has(nameOf(each)))];
}

/** The socket in the container of the proxy, and in no other. */
function mountSocket(spec: JsonObject, mount: JsonObject | undefined, proxy: string): JsonObject {
  const mountIn = (container: JsonValue): JsonValue => {
    if (!isJsonObject(container) || OWN_CONTAINERS.has(nameOf(container))) return container;
    const mounts = objectsOf(member(container, 'volumeMounts'));
    const isProxy = mount !== undefined && nameOf(container) === proxy;
    const ours = mounts.filter((each) => nameOf(each) === VOLUMES.socket);
    if (!isProxy && ours.length === 0) return container;
    const [first] = ours;
    if (isProxy && ours.length === 1 && first !== undefined && covers(first, mount)) return container;
    const others = mounts.filter((each) => nameOf(each) !== VOLUMES.socket);
    return { ...container, volumeMounts: isProxy ? [...others, mount] : others };
  };
  const mapped = (['initContainers', 'containers'] as const).flatMap((name) => {
    const list = member(spec, name);
    return isJsonList(list) ? [[name, list.map(mountIn)] as const] : [];
  });
  return { ...spec, ...Object.fromEntries(mapped) };
}

/** The grace period, if that of the pod would cut off the drain. */
function graceOf(
  spec: JsonObject,
  least: number,
): { readonly field: JsonObject; readonly warnings: readonly string[] } {
  const given = member(spec, 'terminationGracePeriodSeconds');
  const period = typeof given === 'number' ? given : DEFAULT_GRACE;
  if (period >= least) return { field: {}, warnings: [] };
  const warnings =
    given === undefined
      ? []
      : [
          `\`terminationGracePeriodSeconds: ${period}\` would cut off the drain of the sidecar, and is raised to ${least}`,
        ];
  return { field: { terminationGracePeriodSeconds: least }, warnings };
}
