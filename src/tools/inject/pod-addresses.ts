import { Problem } from '../../flag/flag.ts';
import { hostAlone } from '../../flag/parsers.ts';
import { listenAddress } from '../../sidecar/server/setting-parsers.ts';
import { parseAddress } from '../../sidecar/socket/address.ts';
import { FOLDERS } from './names.ts';

/** A socket in the folder that sidecar and proxy share, or an address that only the pod itself reaches. */
export function checkAddress(written: string): string | Problem {
  const address = parseAddress(written);
  if (address?.kind !== 'unix') return loopbackAddress(written, '127.0.0.1:9191');
  const isShared = new RegExp(`^${FOLDERS.socket}/[A-Za-z0-9_.-]{1,64}$`).test(address.path);
  return isShared
    ? `unix:${address.path}`
    : new Problem(
        `is outside of the folder that the containers share; write \`unix:${FOLDERS.socket}/NAME\``,
      );
}

/** An address of loopback. A socket would be one in the folder that Envoy mounts, and `kubectl port-forward` takes a port. */
export function adminAddress(written: string): string | Problem {
  return parseAddress(written)?.kind === 'unix'
    ? new Problem('is a socket, which `kubectl port-forward` cannot reach; write `127.0.0.1:9192`')
    : loopbackAddress(written, '127.0.0.1:9192');
}

function loopbackAddress(written: string, example: string): string | Problem {
  const address = parseAddress(written);
  if (address?.kind !== 'tcp') return listenAddress(written);
  const isLoopback = address.host === '127.0.0.1' || address.host === '::1';
  return isLoopback && address.port > 0
    ? written
    : new Problem(`can be reached from outside of the pod, or has no port; write \`${example}\``);
}

/** `HOST:PORT` with a port. */
export function probeAddress(written: string): string | Problem {
  const address = parseAddress(written);
  if (address?.kind !== 'tcp' || address.port === 0)
    return new Problem('is not an address for kubelet; write `0.0.0.0:9193` or `[::]:9193`');
  const host = hostAlone(address.host);
  return host instanceof Problem ? host : written;
}
