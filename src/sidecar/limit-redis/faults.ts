import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';

/** A fault by which shared limits are not counted in Redis. */
interface FaultRow {
  /** Text of an error, with its code. */
  readonly error: RegExp;
  /** Cause, one sentence for operators. */
  readonly cause: string;
  /** Remedy. */
  readonly help: string;
}

const ROLES = 'name the primary in `--redis`, or the sentinels (`redis-sentinel://`), which know it';
const USER = 'give the user in the URL of `--redis` the commands and keys of `deploy/redis.conf`';

/** Faults of Redis and of the way to it; the first row whose text matches applies. */
export const FAULTS = {
  late: {
    error: /^no answer within \d+ ms$/,
    cause: 'Redis does not answer within `--redis-timeout`',
    help: 'look at the load of Redis (`SLOWLOG GET`, `INFO`) and of this machine, or set `--redis-timeout` above the time of a round trip',
  },
  silent: {
    error: /^no connection within|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN/,
    cause: 'nothing answers at the address of Redis',
    help: 'look at routes, network policies and firewalls between this process and Redis; a port without TLS does not answer `rediss://` either',
  },
  unknown_host: {
    error: /ENOTFOUND|EAI_AGAIN|ENODATA/,
    cause: 'the name of the host of Redis has no address',
    help: 'correct the host in `--redis`, or look at the name server of this process',
  },
  refused: {
    error: /ECONNREFUSED|ENOENT/,
    cause: 'nothing listens at the address of Redis',
    help: 'start Redis, or correct the address in `--redis`',
  },
  no_access: {
    error: /EACCES|EPERM/,
    cause: 'this process may not connect to the address of Redis',
    help: 'let the user of this process write to the socket (`unixsocketperm` of Redis)',
  },
  no_tls: {
    error: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|UNEXPECTED_MESSAGE/,
    cause: 'the port of Redis does not speak TLS',
    help: 'write `redis://` in place of `rediss://`, or the port for TLS (`tls-port` of Redis)',
  },
  wrong_name: {
    error: /ERR_TLS_CERT_ALTNAME_INVALID/,
    cause: 'the certificate of Redis is for another name',
    help: 'write a host in `--redis` that the certificate names; sentinels and clusters tell addresses of their own, which it must name too',
  },
  expired_certificate: {
    error: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    cause: 'the certificate of Redis, or its CA, is not valid at this time',
    help: 'renew it, or correct the clock of this machine',
  },
  untrusted_certificate: {
    error: /SELF_SIGNED|UNABLE_TO_|CERT_UNTRUSTED|CERT_REJECTED|CERT_SIGNATURE_FAILURE|INVALID_CA|CERT_CHAIN/,
    cause: 'no CA that this process trusts has signed the certificate of Redis',
    help: 'name the CA by `--redis-ca`',
  },
  client_certificate: {
    error: /SSL\w*_ALERT|alert (?:certificate|unknown ca|bad certificate|handshake failure|number)/i,
    cause: 'Redis refuses the client certificate, or wants one',
    help: 'name a certificate and its key by `--redis-cert` and `--redis-key` that a CA of Redis has signed (`tls-ca-cert-file`)',
  },
  too_many_clients: {
    error: /max number of clients/i,
    cause: 'Redis has as many clients as it may',
    help: 'increase `maxclients` of Redis: each process with `--redis` is one, on each node of a cluster',
  },
  protected: {
    error: /^DENIED|protected mode/,
    cause: 'Redis refuses connections from other machines',
    help: 'give Redis a password and the address to listen at (`bind`)',
  },
  no_password: {
    error: /NOAUTH/,
    cause: 'Redis wants a password',
    help: 'name its file by `--redis-password-file`, and a user other than `default` in the URL of `--redis`',
  },
  wrong_password: {
    error: /WRONGPASS|invalid (?:username-)?password/i,
    cause: 'Redis refuses the user or the password',
    help: 'compare the user in `--redis` and the file of `--redis-password-file` with `ACL LIST` of Redis',
  },
  no_permission: {
    error: /NOPERM|no permissions|user executing the script can't/,
    cause: 'the user of Redis lacks a permission',
    help: USER,
  },
  no_database: {
    error: /DB index/i,
    cause: 'Redis does not have the database',
    help: 'correct the number at the end of `--redis`, or `databases` of Redis',
  },
  replica: {
    error: /READONLY|MASTERDOWN/,
    cause: 'the server is a replica, which does not write',
    help: ROLES,
  },
  loading: {
    error: /^LOADING|Error: LOADING/,
    cause: 'Redis loads its data',
    help: 'wait: limits are counted there as soon as it has them',
  },
  out_of_memory: {
    error: /\bOOM\b/,
    cause: 'Redis has no memory left',
    help: 'increase `maxmemory`, or move other keys to another Redis; keys of limits expire by themselves',
  },
  not_persistent: {
    error: /MISCONF/,
    cause: 'Redis refuses writes because it cannot save them',
    help: 'look at the disk of Redis and at its log; `stop-writes-on-bgsave-error no` lets it write without',
  },
  few_replicas: {
    error: /NOREPLICAS/,
    cause: 'Redis refuses writes because it has too few replicas',
    help: 'look at its replicas and at `min-replicas-to-write`',
  },
  busy: {
    error: /^BUSY/,
    cause: 'Redis runs a script of another program',
    help: 'end it by `SCRIPT KILL`; scripts of limits take microseconds',
  },
  cluster: {
    error: /MOVED|\bASK\b|CROSSSLOT/,
    cause: 'the server is a node of a cluster',
    help: 'write `redis-cluster://` in place of `redis://`',
  },
  cluster_down: {
    error: /CLUSTERDOWN|TRYAGAIN|^the cluster tells no node|Too many Cluster redirections/,
    cause: 'the cluster does not serve all of its slots',
    help: 'look at `CLUSTER INFO`: each slot needs a node that is up',
  },
  no_cluster: {
    error: /cluster support disabled/,
    cause: 'the server is not a node of a cluster',
    help: 'write `redis://` in place of `redis-cluster://`',
  },
  no_sentinel_answers: {
    error: /^no sentinel answers/,
    cause: 'no sentinel answers',
    help: 'look at the addresses in `--redis`, and at the sentinels; with `rediss-sentinel://` they need TLS and a certificate as Redis',
  },
  no_node_answers: {
    error: /^no node of the cluster answers/,
    cause: 'no node of the cluster answers',
    help: 'look at the addresses in `--redis`, and at the nodes; with `rediss-cluster://` each needs a certificate with the name or address that `CLUSTER SLOTS` tells',
  },
  no_primary: {
    error: /^the sentinels do not know|No such (?:master|primary)/,
    cause: 'the sentinels do not know the primary',
    help: 'correct the name at the end of `--redis`: `SENTINEL MASTERS` lists those that they know',
  },
  no_sentinel: {
    error: /unknown command [`']?sentinel/i,
    cause: 'the server is not a sentinel',
    help: 'write the port of a sentinel (26379), or `redis://` with the address of Redis',
  },
  too_old: {
    error:
      /unknown (?:redis )?command|unknown subcommand|Write commands not allowed after non deterministic/i,
    cause: 'the server lacks a command',
    help: 'use Redis 6.2 or later without `rename-command`, or a server that is compatible with it',
  },
  foreign_keys: {
    error: /WRONGTYPE/,
    cause: 'another program uses keys with the prefix of limits',
    help: 'set `--redis-prefix` to a text with which no other key begins',
  },
  no_redis: {
    error: /RESP type|Protocol error|the script of Redis/i,
    cause: 'the server does not speak the protocol of Redis',
    help: 'correct the port in `--redis`; a port with TLS needs `rediss://`',
  },
  closed: {
    error: /ECONNRESET|EPIPE|ECONNABORTED|closed|disconnected|max retries|network socket/i,
    cause: 'the connection to Redis was closed',
    help: 'look at the log of Redis: it has ended, has too many clients, or its port wants TLS (`rediss://`) or a client certificate (`--redis-cert`)',
  },
  other: {
    error: /^/,
    cause: 'Redis answers with an error',
    help: 'look at `detail`, and at the log of Redis',
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

type FaultName = keyof typeof FAULTS;

/** A fault, for operators. */
export interface RedisFault {
  readonly fault: FaultName;
  readonly cause: string;
  readonly help: string;
  /** Text of the error. */
  readonly detail: string;
}

/** The fault of an error by its text. */
export function faultOf(detail: string): RedisFault {
  const names = Object.keys(FAULTS) as FaultName[];
  const fault = names.find((name) => FAULTS[name].error.test(detail)) ?? 'other';
  const { cause, help } = FAULTS[fault];
  return { fault, cause, help, detail };
}

/** Text of the client for the end, by any cause, of a connection that it made to ask for others. */
const CLOSED = 'Connection is closed.';

/** Longest text of an error that is kept, in characters. */
const LONGEST = 300;

/**
 * Text of an error of the client, without the secrets: servers repeat commands that they do not know, passwords
 * included.
 */
export function errorText(error: unknown, secrets: readonly string[]): string {
  let text = textOf(error);
  // A secret may be the begin of another one.
  const longestFirst = secrets.toSorted((a, b) => b.length - a.length);
  for (const secret of longestFirst) text = text.replaceAll(secret, '***');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  // A name with several addresses, each with its own error; the nodes of a cluster.
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.map(textOf).join(', ');
  if ('lastNodeError' in error) return nodeText(textOf(error.lastNodeError));
  const code = errorCode(error);
  const message = sentinelText(errorMessage(error));
  return code === '' || message.includes(code) ? message : `${message} (${code})`;
}

function nodeText(text: string): string {
  return text === CLOSED ? 'no node of the cluster answers' : text;
}

/** Fault of the sentinels, for which the client has one message. */
function sentinelText(message: string): string {
  const [isOfSentinels, last] =
    /^All sentinels are unreachable[^.]*\.(?:.*? Last error: (.*))?$/.exec(message) ?? [];
  if (isOfSentinels === undefined) return message;
  if (last === undefined) return 'the sentinels do not know the primary';
  return last === CLOSED ? 'no sentinel answers' : last;
}
