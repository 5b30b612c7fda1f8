/** How the text of a flag is read. */
export type FlagType =
  | 'path'
  | 'address'
  | 'text'
  | 'duration'
  | 'count'
  | 'switch'
  | 'audit'
  | 'transport'
  | 'level';

export interface Flag {
  readonly type: FlagType;
  /** What stands behind the flag in a usage line. */
  readonly value?: string;
  readonly default?: string;
  /** May be given more than once. */
  readonly repeatable?: true;
  readonly doc: string;
}

/**
 * The settings of `serve`: the one table behind the command line, the `LICTOR_*` environment variables, the
 * configuration file and the reference page. `--drain-timeout` is `LICTOR_DRAIN_TIMEOUT` and `drain-timeout:`.
 */
export const FLAGS = {
  policies: { type: 'path', value: 'DIR', default: './policies', doc: 'the policy folder' },
  environment: {
    type: 'text',
    value: 'NAME',
    doc: 'the Environment document that holds here, where the folder has several',
  },
  listen: {
    type: 'address',
    value: 'ADDR',
    default: '127.0.0.1:9191',
    doc: 'where Envoy asks: HOST:PORT, [IPV6]:PORT or unix:PATH',
  },
  admin: {
    type: 'address',
    value: 'ADDR',
    default: '127.0.0.1:9192',
    doc: 'where health, metrics and status are served',
  },
  revision: {
    type: 'text',
    value: 'SHA',
    doc: 'the commit of the policies, where the folder itself cannot tell',
  },
  'require-revision': { type: 'switch', doc: 'refuse to serve policies whose commit is unknown' },
  transport: { type: 'transport', value: 'NAME', default: 'grpc-js', doc: 'the gRPC implementation' },
  audit: {
    type: 'audit',
    value: 'SINK',
    default: 'stdout',
    repeatable: true,
    doc: 'where decision records go: stdout, off or a file',
  },
  'tls-cert': { type: 'path', value: 'FILE', doc: 'certificate chain of the listener, PEM' },
  'tls-key': { type: 'path', value: 'FILE', doc: 'private key of the listener, PEM' },
  'tls-client-ca': { type: 'path', value: 'FILE', doc: 'CA whose certificates callers must present, PEM' },
  deadline: {
    type: 'duration',
    value: 'TIME',
    default: '1s',
    doc: 'a decision that takes longer denies; a shorter grpc-timeout wins',
  },
  'max-inflight': {
    type: 'count',
    value: 'N',
    default: '10000',
    doc: 'checks under way at once; one more is denied',
  },
  'xfcc-trusted-hops': {
    type: 'count',
    value: 'N',
    default: '0',
    doc: 'how many elements of x-forwarded-client-cert, from the last on, were added by proxies that are trusted',
  },
  'log-level': {
    type: 'level',
    value: 'LEVEL',
    default: 'info',
    doc: 'the least that the process log tells: debug, info, warn, error or silent',
  },
  'drain-timeout': {
    type: 'duration',
    value: 'TIME',
    default: '25s',
    doc: 'how long SIGTERM waits for checks under way',
  },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof FLAGS;
