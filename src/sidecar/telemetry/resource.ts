import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from '@opentelemetry/semantic-conventions';
import type { TelemetryOptions } from './telemetry-options.ts';

/** Attributes that variables of the downward API of Kubernetes give, where `OTEL_RESOURCE_ATTRIBUTES` does not. */
const KUBERNETES = {
  'k8s.pod.name': 'POD_NAME',
  'k8s.pod.uid': 'POD_UID',
  'k8s.namespace.name': 'POD_NAMESPACE',
  'k8s.node.name': 'NODE_NAME',
  'k8s.container.name': 'CONTAINER_NAME',
} as const;

type Attributes = Readonly<Record<string, string>>;

/** The process as the source of all signals, by the semantic conventions of OpenTelemetry. */
export function resourceOf({ environment, version, instance }: TelemetryOptions): Resource {
  const name = environment['OTEL_SERVICE_NAME'] ?? '';
  return resourceFromAttributes({
    [ATTR_SERVICE_NAME]: 'lictor',
    [ATTR_SERVICE_INSTANCE_ID]: instance,
    ...ofPod(environment),
    ...givenAttributes(environment['OTEL_RESOURCE_ATTRIBUTES'] ?? ''),
    [ATTR_SERVICE_VERSION]: version,
    ...(name !== '' && { [ATTR_SERVICE_NAME]: name }),
  });
}

/** In a pod, the host has the name of the pod. */
function ofPod(environment: NodeJS.ProcessEnv): Attributes {
  const isPod = (environment['KUBERNETES_SERVICE_HOST'] ?? '') !== '';
  const host = isPod ? environment['HOSTNAME'] : undefined;
  const attributes: Record<string, string> = {};
  if (host !== undefined) attributes['k8s.pod.name'] = host;
  for (const [attribute, variable] of Object.entries(KUBERNETES)) {
    const value = environment[variable] ?? '';
    if (value !== '') attributes[attribute] = value;
  }
  return attributes;
}

/** Reads `key=value,key=value`, percent-encoded; leaves out invalid pairs. */
function givenAttributes(text: string): Attributes {
  const attributes: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=');
    if (equals === -1) continue;
    try {
      attributes[pair.slice(0, equals).trim()] = decodeURIComponent(pair.slice(equals + 1).trim());
    } catch {
      // The specification ignores pairs that cannot be decoded.
    }
  }
  return attributes;
}
