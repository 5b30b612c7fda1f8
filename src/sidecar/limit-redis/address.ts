/** A Redis, by what it is reached through. */
export interface RedisAddress {
  readonly kind: 'single' | 'socket' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  /** One for `single`, several for `sentinel` and `cluster`, none for `socket`. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Path of a Unix socket. */
  readonly path: string | undefined;
  /** Name of the primary that the sentinels know. */
  readonly primary: string | undefined;
  readonly database: number;
  readonly user: string | undefined;
  /** A secret. */
  readonly password: string | undefined;
}

/** Kinds by the scheme of the URL. */
const SCHEMES = {
  'redis:': { kind: 'single', tls: false },
  'rediss:': { kind: 'single', tls: true },
  'unix:': { kind: 'socket', tls: false },
  'redis-sentinel:': { kind: 'sentinel', tls: false },
  'rediss-sentinel:': { kind: 'sentinel', tls: true },
  'redis-cluster:': { kind: 'cluster', tls: false },
  'rediss-cluster:': { kind: 'cluster', tls: true },
} as const;

const PORTS = { single: 6379, socket: 0, sentinel: 26_379, cluster: 6379 } as const;

/** Reads the URL of a Redis. A problem completes "the URL …" and has nothing of the URL, which may have a password. */
export function parseRedisAddress(
  url: string,
):
  | { readonly address: RedisAddress; readonly problem?: undefined }
  | { readonly problem: string; readonly address?: undefined } {
  const [, written, slashes, rest = ''] = /^([A-Za-z-]+:)?(\/\/)?([^]*)$/.exec(url) ?? [];
  const scheme = written?.toLowerCase() ?? '';
  if (!Object.hasOwn(SCHEMES, scheme) || (slashes === undefined && scheme !== 'unix:')) {
    // `redis:6379` is the host of many clusters.
    if (/^[\w.-]+(?::\d+)?$/.test(url))
      return { problem: 'has no scheme; write `redis://HOST:PORT`, or `rediss://` for TLS' };
    const known = Object.keys(SCHEMES).map((each) => `${each}//`);
    return { problem: `does not begin with one of ${known.join(', ')}` };
  }
  const { kind, tls } = SCHEMES[scheme as keyof typeof SCHEMES];
  const at = kind === 'socket' ? -1 : rest.lastIndexOf('@');
  const credentials = credentialsOf(rest.slice(0, Math.max(0, at)));
  if (credentials === undefined) return { problem: 'has a user or password with a `%` that encodes nothing' };
  const base = { kind, tls, nodes: [], path: undefined, primary: undefined, database: 0, ...credentials };
  if (kind === 'socket')
    return rest.startsWith('/') ? { address: { ...base, path: rest } } : { problem: 'has no absolute path' };
  if (/[?#]/.test(rest.slice(at + 1)))
    return { problem: 'has a query or fragment; options are flags, such as `--redis-ca`' };
  const [hosts = '', ...path] = rest.slice(at + 1).split('/');
  const nodes = hosts.split(',').map((host) => nodeOf(host, PORTS[kind]));
  const whole = nodes.filter((node) => node !== undefined);
  if (whole.length < nodes.length) return { problem: 'has a host or port that is not valid' };
  if (kind === 'single' && whole.length > 1)
    return { problem: 'has several hosts; write `redis-sentinel://` or `redis-cluster://`' };
  const primary = kind === 'sentinel' ? path.shift() : undefined;
  if (kind === 'sentinel' && (primary === undefined || primary === ''))
    return { problem: 'lacks the name of the primary, as in `redis-sentinel://HOST:26379/NAME`' };
  const [database = '0', ...more] = path;
  if (more.length > 0 || !/^[0-9]{0,4}$/.test(database))
    return { problem: 'has something other than the number of a database after its host' };
  if (kind === 'cluster' && Number(database) !== 0)
    return { problem: 'has the number of a database, which a cluster does not have' };
  return { address: { ...base, nodes: whole, primary, database: Number(database) } };
}

function nodeOf(text: string, usual: number): { readonly host: string; readonly port: number } | undefined {
  const [, six, host = six, port] =
    /^(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9_.-]+))(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const number = port === undefined ? usual : Number(port);
  return host === undefined || number > 65_535 || number === 0 ? undefined : { host, port: number };
}

function credentialsOf(text: string): Pick<RedisAddress, 'user' | 'password'> | undefined {
  const at = text.indexOf(':');
  try {
    const user = decodeURIComponent(at < 0 ? text : text.slice(0, at));
    const password = at < 0 ? '' : decodeURIComponent(text.slice(at + 1));
    return { user: user || undefined, password: password || undefined };
  } catch {
    return undefined;
  }
}

/** The address for people: without user and password. */
export function redisText({ kind, tls, nodes, path, primary }: RedisAddress): string {
  if (kind === 'socket') return `unix:${path}`;
  const scheme = `redis${tls ? 's' : ''}${kind === 'single' ? '' : `-${kind}`}`;
  const hosts = nodes.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`);
  return `${scheme}://${hosts.join(',')}${primary === undefined ? '' : `/${primary}`}`;
}
