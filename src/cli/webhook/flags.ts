import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { nonEmptyText } from '../../flag/parsers.ts';
import { delay, duration, listenAddress } from '../../sidecar/server/setting-parsers.ts';
import { LOG_LEVELS } from '../../sidecar/telemetry/log-level.ts';
import { SET_FLAG } from '../inject/option-flags.ts';

export const WEBHOOK_FLAGS = {
  listen: {
    value: 'ADDR',
    parse: listenAddress,
    default: '127.0.0.1:8443',
    doc: 'address for the API server, HOST:PORT; in a pod `0.0.0.0:8443`',
  },
  probe: {
    value: 'ADDR',
    parse: listenAddress,
    default: '127.0.0.1:9193',
    doc: 'address for `/healthz`, `/readyz` and `/metrics`; in a pod `0.0.0.0:9193`',
  },
  'tls-cert': {
    value: 'FILE',
    parse: nonEmptyText,
    required: true,
    doc: 'certificate chain of the listener, PEM; read again when it changes',
  },
  'tls-key': {
    value: 'FILE',
    parse: nonEmptyText,
    required: true,
    doc: 'private key of that certificate, PEM',
  },
  'tls-client-ca': {
    value: 'FILE',
    parse: nonEmptyText,
    doc: 'CA that must have signed the certificate of the API server, PEM; default: any caller may ask',
  },
  set: SET_FLAG,
  'log-level': {
    value: 'LEVEL',
    choices: LOG_LEVELS,
    default: 'info',
    doc: 'lowest level that the log contains',
  },
  'drain-delay': {
    value: 'TIME',
    parse: delay,
    default: '5s',
    doc: 'time after SIGTERM in which reviews are answered while `/readyz` already fails',
  },
  'drain-timeout': {
    value: 'TIME',
    parse: duration,
    default: '10s',
    doc: 'longest time after the drain delay until the process has ended',
  },
} as const satisfies Flags;

export type WebhookOptions = ValuesOf<typeof WEBHOOK_FLAGS>;
