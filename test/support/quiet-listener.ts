import type { ConnectionObserver } from '../../src/sidecar/socket/connections.ts';
import type { SocketAccess } from '../../src/sidecar/socket/socket-file.ts';

/** Options of a listener whose connections nobody observes. */
export const QUIET_LISTENER: { readonly access: SocketAccess; readonly observer: ConnectionObserver } = {
  access: { mode: 0o660 },
  observer: { opened() {}, closed() {}, ended() {} },
};
