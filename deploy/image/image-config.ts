import { USER } from '../../src/tools/inject/names.ts';

/** Folder of the program in the image. */
export const HOME = 'opt/lictor';

/** The `config` of the image, apart from its labels. `args` of a container replace `Cmd`. */
export const IMAGE_CONFIG = {
  User: `${USER}:${USER}`,
  // One arena of glibc for the threads of a process, which takes some 5 MiB less than one for each.
  Env: ['PATH=/usr/bin', 'MALLOC_ARENA_MAX=1'],
  Entrypoint: ['/usr/bin/node', `/${HOME}/dist/main.js`],
  Cmd: ['serve'],
  WorkingDir: '/',
  StopSignal: 'SIGTERM',
} as const;
