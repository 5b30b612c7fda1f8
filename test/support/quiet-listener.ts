import type { ListenOptions } from '../../src/sidecar/transport/transport.ts';

/** Options of a listener whose connections nobody observes. */
export const QUIET_LISTENER: Pick<ListenOptions, 'access' | 'observer' | 'times'> = {
  access: { mode: 0o660 },
  times: { maxAge: Infinity, maxIdle: Infinity, keepalive: Infinity },
  observer: { opened() {}, closed() {}, ended() {} },
};
