import { DEFAULT_MAX_REQUEST_BYTES } from '../../engine/request/buffer-limit.ts';
import type { Flags } from '../../flag/flag.ts';
import { fraction, nonEmptyText, positiveNumber, wholeNumber } from '../../flag/parsers.ts';
import { DEFAULT_MEMORY } from '../loading/messages.ts';
import { LOG_LEVELS } from '../telemetry/log-level.ts';
import {
  auditTarget,
  byteSize,
  commit,
  delay,
  duration,
  hostName,
  hostPattern,
  listenAddress,
  loadMemory,
  originFile,
  redisAddress,
  redisPrefix,
  share,
  socketMode,
  witnessUrl,
} from './setting-parsers.ts';

/**
 * The settings of `serve`. The command line, the `LICTOR_*` environment variables, the configuration file, the type
 * `Configuration` and the reference page are derived from this table: `--drain-timeout` is `LICTOR_DRAIN_TIMEOUT`,
 * `drain-timeout:` and `drainTimeout`.
 */
export const SETTINGS = {
  policies: { value: 'DIR', parse: nonEmptyText, default: './policies', doc: 'the policy folder' },
  environment: {
    value: 'NAME',
    parse: nonEmptyText,
    doc: 'the Environment document that applies; required if the folder has several',
  },
  candidate: {
    value: 'DIR',
    parse: nonEmptyText,
    doc: 'folder of a [candidate](candidate.md): policies that are judged on live traffic after each answer, and decide nothing',
  },
  'candidate-share': {
    value: 'SHARE',
    parse: fraction,
    default: '1',
    doc: 'share of the decisions that the candidate judges, by decision id: above 0, at most 1',
  },
  'candidate-cpu': {
    value: 'SHARE',
    parse: fraction,
    default: '0.05',
    doc: 'most time of the thread that answers which the candidate takes; decisions beyond it are not judged',
  },
  listen: {
    value: 'ADDR',
    parse: listenAddress,
    default: '127.0.0.1:9191',
    doc: 'address for the checks of Envoy: HOST:PORT, [IPV6]:PORT or unix:PATH',
  },
  admin: {
    value: 'ADDR',
    parse: listenAddress,
    default: '127.0.0.1:9192',
    doc: 'address for health, metrics, status and decisions; keep it on loopback',
  },
  probe: {
    value: 'ADDR',
    parse: listenAddress,
    doc: 'further address for `/healthz`, `/readyz` and `/metrics` alone, for probes from outside of the pod',
  },
  'admin-host': {
    value: 'HOST',
    parse: hostName,
    repeatable: true,
    doc: 'name under which the pages of `--admin` and `--probe` may be requested, in addition to IP addresses; repeatable',
  },
  hosts: {
    value: 'PATTERN...',
    parse: hostPattern,
    repeatable: true,
    doc: 'hosts of the service, as in `match`; requests to others are denied (`unknown_host`); default: every host',
  },
  revision: {
    value: 'SHA',
    parse: commit,
    doc: 'commit of the policies, for a folder outside of a git repository',
  },
  'require-revision': { doc: 'reject policies whose commit is unknown' },
  'from-commit': {
    doc: 'read the policies out of the commit of HEAD, whatever the work tree contains; default with --require-revision if the folder is in a git repository',
  },
  'from-work-tree': { doc: 'read the files of the work tree, also with --require-revision' },
  'require-clean': { doc: 'reject policies that differ from their commit' },
  transport: {
    value: 'NAME',
    choices: ['native', 'grpc-js'],
    default: 'native',
    doc: 'gRPC implementation: of Lictor itself, or the package `@grpc/grpc-js`',
  },
  'max-connection-age': {
    value: 'TIME',
    parse: delay,
    default: '0s',
    doc: 'age after which a connection of `--listen` is ended without losing a call; `0s`: never',
  },
  'max-connection-idle': {
    value: 'TIME',
    parse: delay,
    default: '0s',
    doc: 'time without a call after which a connection of `--listen` is ended; `0s`: never',
  },
  keepalive: {
    value: 'TIME',
    parse: delay,
    default: '1m',
    doc: 'silence after which the peer of a connection of `--listen` must answer a ping within 20 seconds; `0s`: never',
  },
  audit: {
    value: 'SINK',
    parse: auditTarget,
    default: 'stdout',
    repeatable: true,
    doc: 'destination of decision records: stdout, off or a file; repeatable',
  },
  'audit-rotate-size': {
    value: 'SIZE',
    parse: byteSize,
    doc: 'size after which a file of `--audit` gets a name with the time and a new one is begun, such as `100MiB`',
  },
  'audit-rotate-age': {
    value: 'TIME',
    parse: duration,
    doc: 'age after which it does, such as `24h`',
  },
  'audit-fsync': { doc: 'have records in files of `--audit` on the disk before they count as written' },
  'audit-chain': {
    doc: 'chain the lines of the log and sign their tree, so that each [later change](audit.md) is found; requires `--audit-key` and a single sink',
  },
  'audit-key': {
    value: 'FILE',
    parse: nonEmptyText,
    doc: 'private key of `--audit-chain`: of `lictor audit key`, or of Ed25519 in PEM',
  },
  'audit-allow': {
    value: 'SHARE',
    parse: share,
    default: '1',
    doc: 'share of the allowed requests that are recorded, 0 to 1, if no policy of the request says one; `0`: denials only',
  },
  'audit-deny': {
    value: 'SHARE',
    parse: share,
    default: '1',
    doc: 'share of the denied requests that are recorded, 0 to 1, if no policy of the request says one',
  },
  'audit-inputs': {
    doc: 'record the [attributes](records.md#inputs) that policies read, so that decisions can be repeated',
  },
  'audit-bodies': { doc: 'record bodies that policies read as well, up to the bound of inputs' },
  'audit-witness': {
    value: 'URL',
    parse: witnessUrl,
    repeatable: true,
    doc: 'witness that cosigns the checkpoints of `--audit-chain`; it gets no records; repeatable',
  },
  'socket-mode': {
    value: 'MODE',
    parse: socketMode,
    default: '0660',
    doc: 'mode of the socket of `--listen unix:PATH`, octal or such as `u=rw,g=rw,o=rw`',
  },
  'socket-group': {
    value: 'GROUP',
    parse: nonEmptyText,
    doc: 'group of that socket, by name or number; the process must be a member',
  },
  'tls-cert': { value: 'FILE', parse: nonEmptyText, doc: 'certificate chain of the listener, PEM' },
  'tls-key': { value: 'FILE', parse: nonEmptyText, doc: 'private key of the listener, PEM' },
  'tls-client-ca': {
    value: 'FILE',
    parse: nonEmptyText,
    doc: 'CA that must have signed the certificates of callers, PEM',
  },
  deadline: {
    value: 'TIME',
    parse: duration,
    default: '1s',
    doc: 'longest time for a decision, which is denied after it; a shorter grpc-timeout takes precedence',
  },
  'max-inflight': {
    value: 'N',
    parse: positiveNumber,
    default: '10000',
    doc: 'most checks in flight at once; more are denied',
  },
  'limit-keys': {
    value: 'N',
    parse: positiveNumber,
    default: '1000000',
    doc: 'keys of limits that are counted exactly, about 50 bytes each; beyond them limits [estimate](limits.md#memory), and may refuse early',
  },
  'max-request-bytes': {
    value: 'N',
    parse: positiveNumber,
    default: String(DEFAULT_MAX_REQUEST_BYTES),
    doc: "the `max_request_bytes` of Envoy's filter: a body of unknown length is whole if it is shorter",
  },
  'xfcc-trusted-hops': {
    value: 'N',
    parse: wholeNumber,
    default: '0',
    doc: 'number of elements of x-forwarded-client-cert, counted from the last, that trusted proxies have added',
  },
  'jwks-cache': {
    value: 'DIR',
    parse: nonEmptyText,
    doc: 'folder in which fetched key sets are kept, so that a restart while a login service is down still verifies',
  },
  'jwks-allow-private': {
    value: 'HOST',
    parse: hostPattern,
    repeatable: true,
    doc: 'host of a key URL that may have a private or link-local address, as in `match`; repeatable',
  },
  'jwks-token': {
    value: 'ORIGIN=FILE',
    parse: originFile,
    repeatable: true,
    doc: 'file with a bearer token for the key URLs of an origin, such as `https://kubernetes.default.svc`; repeatable',
  },
  'jwks-ca': {
    value: 'ORIGIN=FILE',
    parse: originFile,
    repeatable: true,
    doc: 'PEM file with the only CAs that may have signed the certificate of an origin with key URLs; repeatable',
  },
  redis: {
    value: 'URL',
    parse: redisAddress,
    secret: true,
    doc: 'Redis (6.2 or later) that counts limits with `scope: shared`: `redis://HOST:PORT/DB`, `rediss://` for TLS, `unix:///PATH`, `redis-sentinel://HOST,HOST/PRIMARY`, `redis-cluster://HOST,HOST`; a password only in the environment or in a file',
  },
  'redis-password-file': {
    value: 'FILE',
    parse: nonEmptyText,
    doc: 'file with the password for `--redis`; the user is in its URL',
  },
  'redis-ca': {
    value: 'FILE',
    parse: nonEmptyText,
    doc: 'PEM file with the only CAs that may have signed the certificate of Redis',
  },
  'redis-cert': { value: 'FILE', parse: nonEmptyText, doc: 'client certificate for Redis, PEM' },
  'redis-key': { value: 'FILE', parse: nonEmptyText, doc: 'private key of that certificate, PEM' },
  'redis-timeout': {
    value: 'TIME',
    parse: duration,
    default: '5ms',
    doc: 'longest time for which a check waits for Redis; then `onStoreFailure` of the limit decides',
  },
  'redis-prefix': {
    value: 'TEXT',
    parse: redisPrefix,
    default: 'lictor',
    doc: 'begin of the keys in Redis; processes with the same prefix share limits of the same policy and name',
  },
  'redis-replicas': {
    value: 'N',
    parse: positiveNumber,
    default: '1',
    doc: 'least number of processes by which a limit is divided while Redis does not answer; Redis tells their number while it does',
  },
  'load-timeout': {
    value: 'TIME',
    parse: duration,
    default: '60s',
    doc: 'longest time in which the policy folder is read and compiled; the last valid set decides meanwhile',
  },
  'load-memory': {
    value: 'MIB',
    parse: loadMemory,
    default: String(DEFAULT_MEMORY),
    doc: 'most memory of the process that reads and compiles the policy folder, in MiB, at least 128',
  },
  'log-level': {
    value: 'LEVEL',
    choices: LOG_LEVELS,
    default: 'info',
    doc: 'lowest level that the process log contains',
  },
  'drain-delay': {
    value: 'TIME',
    parse: delay,
    default: '5s',
    doc: 'time after SIGTERM in which checks are decided while readiness and health already fail',
  },
  'drain-timeout': {
    value: 'TIME',
    parse: duration,
    default: '20s',
    doc: 'longest time after the drain delay until the process has ended',
  },
} as const satisfies Flags;

export type SettingName = keyof typeof SETTINGS;
