/** The fields of a pod that proofs read. */
export interface PodObject {
  readonly status?: { readonly phase?: string };
}
