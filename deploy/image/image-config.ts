import { USER } from '../../src/tools/inject/names.ts';

/** Folder of the program in the image. */
export const HOME = 'opt/lictor';

/** The `config` of the image, apart from its labels. `args` of a container replace `Cmd`. */
export const IMAGE_CONFIG = {
  User: `${USER}:${USER}`,
  Env: ['PATH=/usr/bin'],
  Entrypoint: ['/usr/bin/node', `/${HOME}/dist/main.js`],
  Cmd: ['serve'],
  WorkingDir: '/',
  StopSignal: 'SIGTERM',
} as const;
