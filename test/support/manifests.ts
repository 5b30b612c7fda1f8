import { parseAllDocuments } from 'yaml';

/** An object of Kubernetes, or of a project that extends it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** Objects in a text of YAML, apart from documents of Lictor and of kustomize, which are never in a cluster. */
export function manifestsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter(
      (object): object is Manifest =>
        typeof object?.apiVersion === 'string' && typeof object.kind === 'string',
    )
    .filter(({ apiVersion }) => !/^(lictor|kustomize\..*)\//.test(apiVersion));
}

/** Whole manifests in the examples of a page, also of one in a list. */
export function manifestsOnPage(page: string): readonly Manifest[] {
  return [...page.matchAll(/^( *)```yaml\n(.*?)^ *```$/gms)].flatMap(([, indent = '', example = '']) => {
    const text = example.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    return /^apiVersion: /m.test(text) && /^kind: /m.test(text) ? manifestsOf(text) : [];
  });
}
