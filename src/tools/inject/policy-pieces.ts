import type { JsonObject } from '../../engine/request/attributes.ts';
import { FOLDERS, VOLUMES } from './names.ts';
import type { Injection } from './read-options.ts';

/** Link to the current commit that git-sync keeps in its folder. */
export const GIT_LINK = 'current';

/** The policy folder in the container of the sidecar. */
export function policyPath({ policies, gitPath }: Pick<Injection, 'policies' | 'gitPath'>): string {
  if (policies.kind !== 'git') return FOLDERS.policies;
  const below = gitPath.split('/').filter((part) => part !== '.' && part !== '');
  return [FOLDERS.git, GIT_LINK, ...below].join('/');
}

/** The mount of the policies; a whole volume, since a `subPath` never changes. */
export function policyMount({ policies }: Pick<Injection, 'policies'>): JsonObject {
  switch (policies.kind) {
    case 'git':
      return { name: VOLUMES.git, mountPath: FOLDERS.git, readOnly: true };
    case 'volume':
      return { name: policies.name, mountPath: FOLDERS.policies, readOnly: true };
    case 'configmap':
    case 'image':
      return { name: VOLUMES.policies, mountPath: FOLDERS.policies, readOnly: true };
  }
}

/** The volumes of the policies, none for one that the pod has already. */
export function policyVolumes({ policies }: Pick<Injection, 'policies'>): readonly JsonObject[] {
  switch (policies.kind) {
    case 'git':
      return [
        { name: VOLUMES.git, emptyDir: { sizeLimit: '512Mi' } },
        { name: VOLUMES.gitHome, emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      ];
    case 'configmap':
      return [{ name: VOLUMES.policies, configMap: { name: policies.name } }];
    case 'image':
      return [
        { name: VOLUMES.policies, image: { reference: policies.reference, pullPolicy: 'IfNotPresent' } },
      ];
    case 'volume':
      return [];
  }
}
