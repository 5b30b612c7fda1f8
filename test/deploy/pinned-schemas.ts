import { readFileSync } from 'node:fs';

type Json = Readonly<Record<string, unknown>>;

/** A schema as its project publishes it, with the version that it is from. It is that of `spec` of a kind. */
interface PinnedSchema {
  readonly module: string;
  readonly version: string;
  readonly schema: Json;
}

/** File of the schema of a kind, and the version of the kind. */
interface PinnedKind {
  readonly name: string;
  readonly apiVersion: string;
}

export function pinnedSchema(name: string): PinnedSchema {
  return JSON.parse(readFileSync(new URL(`schemas/${name}.json`, import.meta.url), 'utf8')) as PinnedSchema;
}

/** Kinds of deploy/mesh. */
export const MESH_KINDS: Readonly<Record<string, PinnedKind>> = {
  AuthorizationPolicy: { name: 'authorization-policy', apiVersion: 'security.istio.io/v1' },
  PeerAuthentication: { name: 'peer-authentication', apiVersion: 'security.istio.io/v1' },
  ServiceEntry: { name: 'service-entry', apiVersion: 'networking.istio.io/v1' },
  HTTPRoute: { name: 'http-route', apiVersion: 'gateway.networking.k8s.io/v1' },
  SecurityPolicy: { name: 'security-policy', apiVersion: 'gateway.envoyproxy.io/v1alpha1' },
};

/** Kinds of other projects in the chart. */
export const CHART_KINDS: Readonly<Record<string, PinnedKind>> = {
  Certificate: { name: 'certificate', apiVersion: 'cert-manager.io/v1' },
  Issuer: { name: 'issuer', apiVersion: 'cert-manager.io/v1' },
  PodMonitor: { name: 'pod-monitor', apiVersion: 'monitoring.coreos.com/v1' },
  ServiceMonitor: { name: 'service-monitor', apiVersion: 'monitoring.coreos.com/v1' },
};

/** Kinds of other projects in examples of docs/migrate. */
export const PAGE_KINDS: Readonly<Record<string, PinnedKind>> = {
  RequestAuthentication: { name: 'request-authentication', apiVersion: 'security.istio.io/v1' },
  ValidatingPolicy: { name: 'validating-policy', apiVersion: 'policies.kyverno.io/v1alpha1' },
};

/** Kinds whose schema no package registry has; deploy/mesh/README.md says how they were reviewed. */
export const REVIEWED_KINDS: readonly string[] = ['ServiceDefaults'];

/** The schema with no fields but those that it names, in objects that name their fields. */
export function closedSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closedSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([name, each]) => [name, closedSchema(each)]));
  const isOpen = 'additionalProperties' in schema || 'x-kubernetes-preserve-unknown-fields' in schema;
  const names = 'properties' in schema && 'type' in schema && schema.type === 'object';
  return names && !isOpen ? { ...copy, additionalProperties: false } : copy;
}
