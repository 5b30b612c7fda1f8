/** The fields of a pod that proofs read. */
export interface PodObject {
  readonly status?: { readonly phase?: string };
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly spec: {
    readonly containers: readonly ContainerObject[];
    readonly initContainers?: readonly ContainerObject[];
    readonly volumes?: readonly { readonly name: string }[];
    readonly terminationGracePeriodSeconds?: number;
  };
}

interface ContainerObject {
  readonly name: string;
  readonly args?: readonly string[];
  readonly restartPolicy?: string;
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

export function isInjected(pod: PodObject): boolean {
  return pod.spec.initContainers?.[0]?.name === 'lictor';
}

export function sidecarsOf(pod: PodObject): readonly string[] {
  return (pod.spec.initContainers ?? []).map(({ name }) => name).filter((name) => name.startsWith('lictor'));
}
