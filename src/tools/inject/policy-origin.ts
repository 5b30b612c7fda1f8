import { Problem } from '../../flag/flag.ts';

/** Source of the policies of a pod. */
export type PolicyOrigin =
  /** A ConfigMap of the namespace of the pod, or a volume that the pod has already. */
  | { readonly kind: 'configmap' | 'volume'; readonly name: string }
  /** An image whose files are the policies. */
  | { readonly kind: 'image'; readonly reference: string }
  /** A repository that git-sync fetches. */
  | { readonly kind: 'git'; readonly repository: string };

/** `configmap:NAME`, `image:REFERENCE`, `git:URL` or `volume:NAME`. */
export function policyOrigin(written: string): PolicyOrigin | Problem {
  const [, kind, rest = ''] = /^([a-z]+):(.*)$/s.exec(written) ?? [];
  switch (kind) {
    case 'configmap':
      return named(rest, objectName, (name) => ({ kind, name }));
    case 'volume':
      return named(rest, labelName, (name) => ({ kind, name }));
    case 'image':
      return named(rest, imageReference, (reference) => ({ kind, reference }));
    case 'git':
      return named(rest, repositoryUrl, (repository) => ({ kind, repository }));
    default:
      return new Problem(
        'is not a source of policies; write `configmap:NAME`, `image:REFERENCE`, `git:https://HOST/PATH` or `volume:NAME`',
      );
  }
}

function named(
  text: string,
  parse: (written: string) => string | Problem,
  make: (name: string) => PolicyOrigin,
): PolicyOrigin | Problem {
  const name = parse(text);
  return name instanceof Problem ? name : make(name);
}

/** Name of an object of Kubernetes: an RFC 1123 subdomain. */
export function objectName(written: string): string | Problem {
  const isName = written.length <= 253 && written.split('.').every((label) => LABEL.test(label));
  return isName
    ? written
    : new Problem('is not the name of an object; write lower-case letters, digits, `-` and `.`');
}

/** Name of a container or volume: an RFC 1123 label. */
export function labelName(written: string): string | Problem {
  return LABEL.test(written)
    ? written
    : new Problem('is not a name; write at most 63 lower-case letters, digits and `-`');
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Reference of an image, such as `registry.acme.example/policies:v12` or one with a digest. */
export function imageReference(written: string): string | Problem {
  const isReference = written.length <= 512 && /^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$/.test(written);
  return isReference
    ? written
    : new Problem('is not the reference of an image, such as `registry.acme.example/lictor:1.0.0`');
}

/** An `https:` URL with nothing that git and a parser of URLs read differently. */
function repositoryUrl(written: string): string | Problem {
  const isUrl = /^https:\/\/[^/@?#\s\\]+(\/[^?#\s\\]*)?$/.test(written);
  if (!isUrl || URL.parse(written) === null)
    return new Problem('is not the URL of a repository; write `git:https://HOST/PATH`');
  return written;
}
