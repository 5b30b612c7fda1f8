import type { FlagSource } from '../../../src/flag/read-flags.ts';
import { type Configuration, configure, fromCommitOf } from '../../../src/sidecar/server/configuration.ts';
import { settingsOfEnvironment, unknownSettings } from '../../../src/sidecar/server/environment-variables.ts';

type Texts = FlagSource['texts'];

function configured(flags: Texts = {}, environment: NodeJS.ProcessEnv = {}): ReturnType<typeof configure> {
  return configure([{ texts: flags, nameOf: (name) => `--${name}` }, settingsOfEnvironment(environment)]);
}

test('every setting has its default if nothing is given', () => {
  expect(configured().configuration).toEqual({
    environment: undefined,
    xfccTrustedHops: 0,
    policies: './policies',
    candidate: undefined,
    candidateShare: 1,
    candidateCpu: 0.05,
    listen: '127.0.0.1:9191',
    admin: '127.0.0.1:9192',
    hosts: [],
    revision: undefined,
    requireRevision: false,
    fromCommit: false,
    fromWorkTree: false,
    requireClean: false,
    transport: 'native',
    maxConnectionAge: 0,
    maxConnectionIdle: 0,
    keepalive: 60_000,
    audit: [{ kind: 'stdout' }],
    auditRotateSize: undefined,
    auditRotateAge: undefined,
    auditFsync: false,
    auditChain: false,
    auditKey: undefined,
    auditWitness: [],
    tlsCert: undefined,
    tlsKey: undefined,
    tlsClientCa: undefined,
    deadline: 1000,
    maxInflight: 10_000,
    limitKeys: 1_000_000,
    maxRequestBytes: 65_536,
    adminHost: [],
    probe: undefined,
    socketGroup: undefined,
    socketMode: 0o660,
    drainDelay: 5000,
    drainTimeout: 20_000,
    jwksCache: undefined,
    jwksAllowPrivate: [],
    jwksToken: [],
    jwksCa: [],
    redis: undefined,
    redisPasswordFile: undefined,
    redisCa: undefined,
    redisCert: undefined,
    redisKey: undefined,
    redisTimeout: 5,
    redisPrefix: 'lictor',
    redisReplicas: 1,
    loadTimeout: 60_000,
    loadMemory: 512,
    auditAllow: 1,
    auditDeny: 1,
    auditInputs: false,
    auditBodies: false,
    logLevel: 'info',
  } satisfies Configuration);
});

test('flags take precedence over the environment', () => {
  const { configuration } = configured(
    { deadline: '2s', audit: ['a.jsonl', 'stdout'] },
    {
      LICTOR_DEADLINE: '3s',
      LICTOR_DRAIN_TIMEOUT: '1m',
      LICTOR_AUDIT: 'off',
      LICTOR_REQUIRE_REVISION: 'true',
    },
  );
  expect(configuration).toMatchObject({
    deadline: 2000,
    drainTimeout: 60_000,
    requireRevision: true,
    audit: [{ kind: 'file', path: 'a.jsonl' }, { kind: 'stdout' }],
  });
});

test('files for origins, and hosts with private addresses', () => {
  const { configuration } = configured(
    {
      'jwks-token': ['https://kubernetes.default.svc=token', 'https://a.example:8443=/t=1'],
      'jwks-allow-private': ['*.svc'],
    },
    { LICTOR_JWKS_CA: 'HTTPS://Kubernetes.default.svc:443/=ca.crt' },
  );
  expect(configuration).toMatchObject({
    jwksToken: [
      { origin: 'https://kubernetes.default.svc', path: 'token' },
      { origin: 'https://a.example:8443', path: '/t=1' },
    ],
    jwksCa: [{ origin: 'https://kubernetes.default.svc', path: 'ca.crt' }],
    jwksAllowPrivate: [{ kind: 'below' }],
  });
});

test.each<[string, object]>([
  ['redis://cache.acme.svc', { kind: 'single', tls: false, nodes: [{ host: 'cache.acme.svc', port: 6379 }] }],
  ['rediss://[fd00::1]:6380/2', { tls: true, nodes: [{ host: 'fd00::1', port: 6380 }], database: 2 }],
  ['unix:///run/redis.sock', { kind: 'socket', path: '/run/redis.sock' }],
  ['unix:/run/redis.sock', { kind: 'socket', path: '/run/redis.sock' }],
  [
    'redis-sentinel://a,b:26380/limits/1',
    {
      kind: 'sentinel',
      primary: 'limits',
      database: 1,
      nodes: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 26380 },
      ],
    },
  ],
  ['rediss-cluster://a:7000,b:7001', { kind: 'cluster', tls: true }],
  ['redis://us%40er:p%3Aw@h', { user: 'us@er', password: 'p:w', nodes: [{ host: 'h', port: 6379 }] }],
])('the Redis %s', (url, address) => {
  expect(configured({}, { LICTOR_REDIS: url }).configuration?.redis).toMatchObject(address);
});

test('the commit is read by choice, and by default where a revision is required', () => {
  const fromCommit = (texts: Texts) => {
    const { configuration } = configured(texts);
    return configuration === undefined ? 'a problem' : fromCommitOf(configuration);
  };
  expect(fromCommit({})).toBeUndefined();
  expect(fromCommit({ 'from-commit': 'true' })).toBe('always');
  expect(fromCommit({ 'require-revision': 'true' })).toBe('if-known');
  expect(fromCommit({ 'require-revision': 'true', 'from-commit': 'true' })).toBe('always');
  expect(fromCommit({ 'require-revision': 'true', 'from-work-tree': 'true' })).toBeUndefined();
});

test('hosts are patterns as in policies, several in one variable', () => {
  const texts = (result: ReturnType<typeof configured>) =>
    result.configuration?.hosts.map(({ text }) => text);
  expect(texts(configured({ hosts: ['orders.acme.svc', '*.orders.acme.svc', '10.0.0.7'] }))).toEqual([
    'orders.acme.svc',
    '*.orders.acme.svc',
    '10.0.0.7',
  ]);
  expect(texts(configured({}, { LICTOR_HOSTS: 'a.acme.svc, b.acme.svc' }))).toEqual([
    'a.acme.svc',
    'b.acme.svc',
  ]);
});

test('an empty variable is not a setting', () => {
  expect(configured({}, { LICTOR_DEADLINE: '', LICTOR_AUDIT: '' })).toEqual(configured());
});

test('audit can be off, and one variable can hold several sinks', () => {
  expect(configured({ audit: ['off'] }).configuration?.audit).toEqual([{ kind: 'off' }]);
  expect(configured({ audit: ['off', 'off'] }).problems).toBeUndefined();
  expect(configured({}, { LICTOR_AUDIT: 'stdout, a.jsonl' }).configuration?.audit).toEqual([
    { kind: 'stdout' },
    { kind: 'file', path: 'a.jsonl' },
  ]);
});

test.each<[string, Texts, NodeJS.ProcessEnv, string]>([
  [
    'another scheme for Redis, with a password that is not shown',
    {},
    { LICTOR_REDIS: 'http://u:hunter2@a' },
    'LICTOR_REDIS: the value does not begin with one of redis://, rediss://, unix://, redis-sentinel://, rediss-sentinel://, redis-cluster://, rediss-cluster://',
  ],
  [
    'a host of Redis without a scheme, also if it looks like one',
    { redis: 'redis:6379' },
    {},
    '--redis: the value has no scheme; write `redis://HOST:PORT`, or `rediss://` for TLS',
  ],
  [
    'a query for Redis',
    { redis: 'redis://a:6379?db=3' },
    {},
    '--redis: the value has a query or fragment; options are flags, such as `--redis-ca`',
  ],
  [
    'a wait for Redis that ends after the decision',
    { redis: 'redis://a', 'redis-timeout': '1s' },
    {},
    '--redis-timeout: `1s` is not shorter than --deadline (`1s`): each check that waits for Redis would be denied',
  ],
  [
    'a port of Redis that there is not',
    { redis: 'redis://a:70000' },
    {},
    '--redis: the value has a host or port that is not valid',
  ],
  [
    'a second host of Redis',
    { redis: 'redis://a,b' },
    {},
    '--redis: the value has several hosts; write `redis-sentinel://` or `redis-cluster://`',
  ],
  [
    'sentinels without a name',
    { redis: 'redis-sentinel://a' },
    {},
    '--redis: the value lacks the name of the primary, as in `redis-sentinel://HOST:26379/NAME`',
  ],
  [
    'a database of a cluster',
    { redis: 'redis-cluster://a/3' },
    {},
    '--redis: the value has the number of a database, which a cluster does not have',
  ],
  ['a relative socket', { redis: 'unix:redis.sock' }, {}, '--redis: the value has no absolute path'],
  [
    'a path after the database',
    { redis: 'redis://a/0/x' },
    {},
    '--redis: the value has something other than the number of a database after its host',
  ],
  [
    'a user that encodes nothing',
    {},
    { LICTOR_REDIS: 'redis://%zz@a' },
    'LICTOR_REDIS: the value has a user or password with a `%` that encodes nothing',
  ],
  [
    'a password on the command line',
    { redis: 'redis://u:hunter2@a' },
    {},
    '--redis: has a password, which all users of the machine can read; write it to a file for --redis-password-file, or the URL to LICTOR_REDIS',
  ],
  [
    'two passwords',
    { 'redis-password-file': 'p' },
    { LICTOR_REDIS: 'redis://u:hunter2@a' },
    '--redis-password-file: cannot be combined with a password in the URL of LICTOR_REDIS',
  ],
  ['a password without Redis', { 'redis-password-file': 'p' }, {}, '--redis-password-file: requires --redis'],
  [
    'a CA without TLS',
    { 'redis-ca': 'ca.pem', redis: 'redis://a' },
    {},
    '--redis-ca: requires TLS, such as `--redis rediss://HOST:6379`',
  ],
  [
    'a certificate without its key',
    { 'redis-cert': 'c.pem', redis: 'rediss://a' },
    {},
    '--redis-cert and --redis-key: each requires the other',
  ],
  [
    'a prefix that decides about places',
    { 'redis-prefix': '{a}' },
    {},
    '--redis-prefix: `{a}` is not a prefix; write up to 64 letters, digits, `_`, `.`, `:` or `-`',
  ],
  [
    'a host with a port',
    { hosts: ['orders:9090'] },
    {},
    '--hosts: `orders:9090` has a port; write the host alone',
  ],
  [
    'a URL as a host',
    {},
    { LICTOR_HOSTS: 'https://a' },
    'LICTOR_HOSTS: `https://a` is not a host; write `orders.acme.svc`, `*.acme.svc` for all names below it, an IP address or `*`',
  ],
  [
    'an address without a port',
    { listen: 'localhost' },
    {},
    '--listen: `localhost` is not an address; write HOST:PORT, [IPV6]:PORT or unix:PATH',
  ],
  [
    'a port above 65535',
    { admin: '127.0.0.1:70000' },
    {},
    '--admin: `127.0.0.1:70000` has a port above 65535',
  ],
  [
    'a file without an origin',
    { 'jwks-token': ['/var/run/token'] },
    {},
    '--jwks-token: `/var/run/token` is not ORIGIN=FILE; write `https://kubernetes.default.svc=/path/to/file`',
  ],
  [
    'an origin without a file',
    { 'jwks-ca': ['https://kubernetes.default.svc='] },
    {},
    '--jwks-ca: `https://kubernetes.default.svc=` is not ORIGIN=FILE; write `https://kubernetes.default.svc=/path/to/file`',
  ],
  [
    'an origin with a path',
    { 'jwks-ca': ['https://keys.acme.example/jwks=ca.crt'] },
    {},
    '--jwks-ca: `https://keys.acme.example/jwks=ca.crt` has more than an origin before `=`; write it without a path and a user, such as `https://keys.acme.example`',
  ],
  [
    'credentials in plain text',
    { 'jwks-token': ['http://keys.acme.example=token'] },
    {},
    '--jwks-token: `http://keys.acme.example=token` has a URL that is refused: plain `http` is accepted only for loopback addresses; use `https`',
  ],
  [
    'the commit and the work tree at once',
    { 'from-commit': 'true' },
    { LICTOR_FROM_WORK_TREE: 'true' },
    '--from-commit: cannot be combined with LICTOR_FROM_WORK_TREE',
  ],
  ['a socket without a path', { listen: 'unix:' }, {}, '--listen: `unix:` has no path after `unix:`'],
  [
    'a short commit',
    { revision: 'c0ffee' },
    {},
    '--revision: `c0ffee` is not a full commit id of 40 or 64 hex digits',
  ],
  [
    'another transport',
    { transport: 'grpc' },
    {},
    '--transport: `grpc` is not a known value; write native or grpc-js',
  ],
  [
    'a duration of zero',
    {},
    { LICTOR_DEADLINE: '0s' },
    'LICTOR_DEADLINE: `0s` is not a duration above zero, such as `500ms`, `1s` or `5m`',
  ],
  [
    'a number with a fraction',
    {},
    { LICTOR_MAX_INFLIGHT: '1.5' },
    'LICTOR_MAX_INFLIGHT: `1.5` is not a whole number above zero',
  ],
  ['a share above all', { 'audit-allow': '1.5' }, {}, '--audit-allow: `1.5` is not a number from 0 to 1'],
  [
    'memory in which no folder can be loaded',
    { 'load-memory': '64' },
    {},
    '--load-memory: `64` is less than the 128 MiB that loading takes without any policies',
  ],
  [
    'a switch that is neither true nor false',
    {},
    { LICTOR_REQUIRE_REVISION: 'yes' },
    'LICTOR_REQUIRE_REVISION: `yes` is neither `true` nor `false`',
  ],
  [
    'an unknown level',
    {},
    { LICTOR_LOG_LEVEL: 'loud' },
    'LICTOR_LOG_LEVEL: `loud` is not a known value; write debug, info, warn, error or silent',
  ],
  [
    'off beside a sink in the environment',
    {},
    { LICTOR_AUDIT: 'off,stdout' },
    'LICTOR_AUDIT: `off` cannot be combined with other sinks',
  ],
  [
    'off beside a sink',
    { audit: ['off', 'stdout'] },
    {},
    '--audit: `off` cannot be combined with other sinks',
  ],
  [
    'a key without a certificate',
    { 'tls-key': 'k' },
    {},
    '--tls-cert and --tls-key: each requires the other',
  ],
  [
    'a CA of callers without a certificate',
    { 'tls-client-ca': 'c' },
    {},
    '--tls-client-ca: requires --tls-cert and --tls-key',
  ],
])('%s', (_, flags, environment, problem) => {
  const { configuration, problems } = configured(flags, environment);
  expect(configuration).toBeUndefined();
  expect(problems).toEqual([problem]);
});

test('all problems are reported at once', () => {
  const { problems } = configured({ listen: 'x', admin: 'y', deadline: 'z' }, { LICTOR_LOG_LEVEL: 'loud' });
  expect(problems).toHaveLength(4);
  expect(configured({ listen: 'x', 'tls-key': 'k' }).problems).toHaveLength(2);
});

test('variables that are not settings are reported, with the nearest setting', () => {
  const environment = {
    LICTOR_LISTN: 'x',
    LICTOR_LISTEN: 'y',
    LICTOR_CONFIG: 'z',
    LICTOR_SERVICE_HOST: '10.0.0.1',
    HOME: '/',
  };
  expect(unknownSettings(environment)).toEqual([
    'LICTOR_LISTN is not a setting; did you mean LICTOR_LISTEN?',
    'LICTOR_SERVICE_HOST is not a setting',
  ]);
});

test.each(['drain-delay', 'drain-timeout', 'max-connection-age', 'deadline'])(
  '%s refuses a time that no timer can wait for, which would end at once',
  (name) => {
    expect(configured({ [name]: '576h' }).problems).toBeUndefined();
    expect(configured({ [name]: '577h' }).problems).toEqual([
      `--${name}: \`577h\` is longer than 24 days; write \`576h\` at most`,
    ]);
  },
);

test.each(['0', '1.5', '-1', 'half', '.5', ''])('`%s` is not a share for the candidate', (written) => {
  for (const flag of ['candidate-share', 'candidate-cpu'])
    expect(configured({ [flag]: written }).problems).toEqual([
      `--${flag}: \`${written}\` is not a number above 0 and up to 1`,
    ]);
});

test.each([
  [
    { 'audit-rotate-size': '0' },
    '--audit-rotate-size: `0` is not a size above zero, such as `100MiB` or `1GiB`',
  ],
  [
    { 'audit-rotate-size': '1MB' },
    '--audit-rotate-size: `1MB` is not a size above zero, such as `100MiB` or `1GiB`',
  ],
  [{ 'audit-chain': 'true' }, '--audit-chain and --audit-key: each requires the other'],
  [{ 'audit-key': 'audit.key' }, '--audit-chain and --audit-key: each requires the other'],
  [
    { 'audit-chain': 'true', 'audit-key': 'k', audit: ['a', 'stdout'] },
    '--audit-chain: requires a single sink in --audit, stdout or a file',
  ],
  [{ 'audit-witness': ['https://w.example'] }, '--audit-witness: requires --audit-chain'],
  [
    { 'audit-chain': 'true', 'audit-key': 'k', 'audit-witness': ['w.example'] },
    '--audit-witness: `w.example` is not the URL of a witness, such as `https://witness.example`',
  ],
] as const)('audit settings %j are refused', (flags, problem) => {
  expect(configured(flags).problems).toEqual([problem]);
});

test('a size of audit files has a unit', () => {
  for (const [written, bytes] of [
    ['1000', 1000],
    ['1KiB', 1024],
    ['100MiB', 104_857_600],
    ['2GiB', 2_147_483_648],
  ] as const)
    expect(configured({ 'audit-rotate-size': written }).configuration?.auditRotateSize).toBe(bytes);
});
