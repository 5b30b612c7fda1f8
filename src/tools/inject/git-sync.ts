import type { JsonObject } from '../../engine/request/attributes.ts';
import { SECURITY_CONTEXT } from './container.ts';
import { CONTAINERS, FOLDERS, VOLUMES } from './names.ts';
import { GIT_LINK } from './policy-pieces.ts';
import type { Injection } from './read-options.ts';

/** Home of git in the container, which writes its configuration and the socket of its credential cache there. */
const HOME = '/tmp';

/**
 * git-sync, which fetches the policies beside the sidecar, as the same user: Lictor reads only repositories of its own
 * user.
 */
export function gitSyncContainer(repository: string, { gitRef, gitImage, gitSecret }: Injection): JsonObject {
  return {
    name: CONTAINERS.git,
    image: gitImage,
    restartPolicy: 'Always',
    args: [
      `--repo=${repository}`,
      `--ref=${gitRef}`,
      `--root=${FOLDERS.git}`,
      `--link=${GIT_LINK}`,
      '--period=15s',
      // Without it the first failure ends the container. The sidecar keeps deciding by the last good version.
      '--max-failures=-1',
    ],
    env: [{ name: 'HOME', value: HOME }, ...(gitSecret === undefined ? [] : credentials(gitSecret))],
    resources: {
      requests: { cpu: '10m', memory: '64Mi' },
      limits: { memory: '256Mi' },
    },
    securityContext: SECURITY_CONTEXT,
    volumeMounts: [
      { name: VOLUMES.git, mountPath: FOLDERS.git },
      { name: VOLUMES.gitHome, mountPath: HOME },
    ],
  };
}

function credentials(name: string): readonly JsonObject[] {
  return [
    { name: 'GITSYNC_USERNAME', valueFrom: { secretKeyRef: { name, key: 'username' } } },
    { name: 'GITSYNC_PASSWORD', valueFrom: { secretKeyRef: { name, key: 'password' } } },
  ];
}
