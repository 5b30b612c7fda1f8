import { quoted } from '../../diagnostic/suggest.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';
import { hasSocket, probePort } from './container.ts';
import { member, nameOf, objectsOf } from './json.ts';
import { FOLDERS, INJECT, OWN_CONTAINERS, OWN_VOLUMES, PREFIX, VOLUMES } from './names.ts';
import type { Injection } from './read-options.ts';

const OPT_OUT = `or opt out with the annotation \`${INJECT}: "false"\``;

/** Properties of a pod with which the sidecar cannot be added, as sentences. */
export function conflictsOf(spec: JsonObject, injection: Injection, isInjected: boolean): readonly string[] {
  return [
    ...platformConflicts(spec),
    ...(isInjected ? [] : nameConflicts(spec)),
    ...mountConflicts(spec, isInjected),
    ...misplacedSidecar(spec),
    ...portConflicts(spec, injection),
    ...proxyConflicts(spec, injection),
    ...policyConflicts(spec, injection),
  ];
}

/** Properties of a pod that weaken the sidecar, as sentences. */
export function warningsAbout(spec: JsonObject): readonly string[] {
  const shared = ['shareProcessNamespace', 'hostPID'].filter((name) => member(spec, name) === true);
  return shared.map(
    (name) =>
      `\`${name}: true\` lets other processes see the arguments of the sidecar, and those of root its memory; leave it out if you can`,
  );
}

function platformConflicts(spec: JsonObject): readonly string[] {
  const os = member(member(spec, 'os'), 'name') ?? member(member(spec, 'nodeSelector'), 'kubernetes.io/os');
  const problems: string[] = [];
  if (member(spec, 'hostNetwork') === true)
    problems.push(
      `\`hostNetwork: true\`: the ports of two sidecars on a node would collide, and every process on the node could read the admin pages; give the pod a network of its own, ${OPT_OUT}`,
    );
  if (os === 'windows')
    problems.push(`the pod is for Windows nodes, for which there is no image; run it on Linux, ${OPT_OUT}`);
  return problems;
}

function nameConflicts(spec: JsonObject): readonly string[] {
  const containers = containersOf(spec)
    .map(nameOf)
    .filter((name) => OWN_CONTAINERS.has(name));
  const volumes = objectsOf(member(spec, 'volumes'))
    .map(nameOf)
    .filter((name) => OWN_VOLUMES.has(name));
  return [
    ...containers.map(
      (name) => `the pod has a container \`${name}\` that was not injected; rename it, ${OPT_OUT}`,
    ),
    ...volumes.map((name) => `the pod has a volume \`${name}\` that was not injected; rename it, ${OPT_OUT}`),
  ];
}

/**
 * Volumes of the sidecar in other containers, which could write its policies or its socket. An earlier injection has
 * mounted the socket in a proxy, from which a later one may take it.
 */
function mountConflicts(spec: JsonObject, isInjected: boolean): readonly string[] {
  const isForeign = (name: string): boolean =>
    OWN_VOLUMES.has(name) && !(isInjected && name === VOLUMES.socket);
  return containersOf(spec)
    .filter((container) => !OWN_CONTAINERS.has(nameOf(container)))
    .flatMap((container) =>
      objectsOf(member(container, 'volumeMounts'))
        .map(nameOf)
        .filter(isForeign)
        .map(
          (name) =>
            `the container \`${nameOf(container)}\` mounts the volume \`${name}\` of the sidecar; remove that mount`,
        ),
    );
}

/** A sidecar in `containers` would end with Envoy instead of after it. */
function misplacedSidecar(spec: JsonObject): readonly string[] {
  const names = objectsOf(member(spec, 'containers')).map(nameOf);
  const misplaced = names.filter((name) => OWN_CONTAINERS.has(name));
  return [...new Set(misplaced)].map(
    (name) =>
      `the container \`${name}\` is in \`containers\`, and the sidecar is an init container; remove it`,
  );
}

function portConflicts(spec: JsonObject, injection: Injection): readonly string[] {
  const port = probePort(injection);
  return containersOf(spec).flatMap((container) => {
    if (OWN_CONTAINERS.has(nameOf(container))) return [];
    const isUsed = objectsOf(member(container, 'ports')).some(
      (each) => member(each, 'containerPort') === port,
    );
    if (!isUsed) return [];
    return [
      `the container \`${nameOf(container)}\` has port ${port}, that of the probes; choose another one with the annotation \`${PREFIX}probe: 0.0.0.0:9393\``,
    ];
  });
}

function proxyConflicts(spec: JsonObject, injection: Injection): readonly string[] {
  if (!hasSocket(injection)) return [];
  const { proxy } = injection;
  const others = containersOf(spec).filter((each) => !OWN_CONTAINERS.has(nameOf(each)));
  const container = others.find((each) => nameOf(each) === proxy);
  if (container === undefined) {
    const names = others.map(nameOf).filter((name) => name !== '');
    return [
      `the pod has no container \`${proxy}\` that asks the sidecar, but ${quoted(names)}; name the one with Envoy in the annotation \`${PREFIX}proxy\`, or let Envoy ask over TCP with \`${PREFIX}listen: 127.0.0.1:9191\``,
    ];
  }
  const isTaken = objectsOf(member(container, 'volumeMounts')).some(
    (mount) => member(mount, 'mountPath') === FOLDERS.socket && nameOf(mount) !== VOLUMES.socket,
  );
  return isTaken
    ? [`the container \`${proxy}\` mounts another volume at \`${FOLDERS.socket}\`; remove that mount`]
    : [];
}

function policyConflicts(spec: JsonObject, { policies }: Injection): readonly string[] {
  if (policies.kind !== 'volume') return [];
  const volumes = objectsOf(member(spec, 'volumes')).map(nameOf);
  if (volumes.includes(policies.name)) return [];
  return [
    `the pod has no volume \`${policies.name}\`, which \`${PREFIX}policies\` names; add it to \`volumes\``,
  ];
}

/** All containers of a pod that run as long as it, or before it. */
function containersOf(spec: JsonObject): readonly JsonObject[] {
  return [...objectsOf(member(spec, 'initContainers')), ...objectsOf(member(spec, 'containers'))];
}
