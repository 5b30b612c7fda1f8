import type { JsonObject } from '../../engine/request/attributes.ts';
import { argument, SECURITY_CONTEXT } from './container.ts';
import { CONTAINERS, FOLDERS, VOLUMES } from './names.ts';
import { GIT_LINK } from './policy-pieces.ts';
import type { Injection } from './read-options.ts';

/** Home of git in the container, which writes its configuration and the socket of its credential cache there. */
const HOME = '/tmp';

/**
 * Time between fetches until the first one has succeeded. A variable, since a git-sync before 4.7 would end with an
 * unknown flag and passes over an unknown variable.
 */
const FIRST_PERIOD = '15s';

/**
 * git-sync, which fetches the policies beside the sidecar, as the same user: Lictor reads only repositories of its own
 * user.
 */
export function gitSyncContainer(
  repository: string,
  { gitRef, gitPeriod, gitImage, gitSecret }: Injection,
): JsonObject {
  return {
    name: CONTAINERS.git,
    image: gitImage,
    restartPolicy: 'Always',
    args: [
      argument('repo', repository),
      `--ref=${gitRef}`,
      `--root=${FOLDERS.git}`,
      `--link=${GIT_LINK}`,
      `--period=${gitPeriod}`,
      // Without it the first failure ends the container. The sidecar keeps deciding by the last good version.
      '--max-failures=-1',
    ],
    env: [
      { name: 'HOME', value: HOME },
      { name: 'GITSYNC_INIT_PERIOD', value: FIRST_PERIOD },
      ...(gitSecret === undefined ? [] : credentials(gitSecret)),
    ],
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
