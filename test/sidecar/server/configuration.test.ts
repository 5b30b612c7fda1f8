import {
  type Configuration,
  configure,
  type Settings,
  settingsOfEnvironment,
  strangersOfEnvironment,
} from '../../../src/sidecar/server/configuration.ts';

function configured(...sources: readonly (Settings | NodeJS.ProcessEnv)[]): ReturnType<typeof configure> {
  const [flags = {}, environment = {}] = sources;
  return configure([
    { settings: flags, from: (name) => `--${name}` },
    settingsOfEnvironment(environment as NodeJS.ProcessEnv),
  ]);
}

test('without a word everything has its default', () => {
  expect(configured().configuration).toEqual({
    environment: undefined,
    xfccTrustedHops: 0,
    policies: './policies',
    listen: '127.0.0.1:9191',
    admin: '127.0.0.1:9192',
    revision: undefined,
    requireRevision: false,
    transport: 'grpc-js',
    audit: [{ kind: 'stdout' }],
    tls: undefined,
    deadline: 1000,
    maxInflight: 10_000,
    drainTimeout: 25_000,
    logLevel: 'info',
  } satisfies Configuration);
});

test('flags win over the environment', () => {
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

test('audit is off alone, and several sinks stand in one variable', () => {
  expect(configured({ audit: ['off'] }).configuration?.audit).toEqual([]);
  expect(configured({}, { LICTOR_AUDIT: 'stdout, a.jsonl' }).configuration?.audit).toEqual([
    { kind: 'stdout' },
    { kind: 'file', path: 'a.jsonl' },
  ]);
});

test.each<[string, Settings, NodeJS.ProcessEnv, string]>([
  [
    'an address without a port',
    { listen: 'localhost' },
    {},
    '--listen: `localhost` is no address; write HOST:PORT, [IPV6]:PORT or unix:PATH',
  ],
  [
    'a port that is none',
    { admin: '127.0.0.1:70000' },
    {},
    '--admin: `127.0.0.1:70000` has a port above 65535',
  ],
  ['a socket without a path', { listen: 'unix:' }, {}, '--listen: `unix:` lacks the path behind `unix:`'],
  [
    'a short commit',
    { revision: 'c0ffee' },
    {},
    '--revision: `c0ffee` is no full commit id of 40 or 64 hex digits',
  ],
  [
    'another transport',
    { transport: 'native' },
    {},
    '--transport: `native` is no transport of this version; `grpc-js` is',
  ],
  [
    'no time',
    {},
    { LICTOR_DEADLINE: '0s' },
    'LICTOR_DEADLINE: `0s` is no time above zero such as `500ms`, `1s` or `5m`',
  ],
  [
    'no number',
    {},
    { LICTOR_MAX_INFLIGHT: '1.5' },
    'LICTOR_MAX_INFLIGHT: `1.5` is no whole number above zero',
  ],
  [
    'no switch',
    {},
    { LICTOR_REQUIRE_REVISION: 'yes' },
    'LICTOR_REQUIRE_REVISION: `yes` is neither `true` nor `false`',
  ],
  [
    'no level',
    {},
    { LICTOR_LOG_LEVEL: 'loud' },
    'LICTOR_LOG_LEVEL: `loud` is no level; write one of debug, info, warn, error, silent',
  ],
  ['off beside a sink', { audit: ['off', 'stdout'] }, {}, '--audit: `off` stands alone or not at all'],
  [
    'a key without a certificate',
    { 'tls-key': 'k' },
    {},
    '--tls-cert and --tls-key: one does not work without the other',
  ],
  [
    'callers to be checked without TLS',
    { 'tls-client-ca': 'c' },
    {},
    '--tls-client-ca: asks for --tls-cert and --tls-key as well',
  ],
])('%s', (_, flags, environment, problem) => {
  const { configuration, problems } = configured(flags, environment);
  expect(configuration).toBeUndefined();
  expect(problems).toEqual([problem]);
});

test('all mistakes are told at once', () => {
  const { problems } = configured({ listen: 'x', admin: 'y', deadline: 'z' }, { LICTOR_LOG_LEVEL: 'loud' });
  expect(problems).toHaveLength(4);
});

test('variables that are no settings are told, with what was meant', () => {
  const environment = {
    LICTOR_LISTN: 'x',
    LICTOR_LISTEN: 'y',
    LICTOR_CONFIG: 'z',
    LICTOR_SERVICE_HOST: '10.0.0.1',
    HOME: '/',
  };
  expect(strangersOfEnvironment(environment)).toEqual([
    'LICTOR_LISTN is no setting; did you mean LICTOR_LISTEN?',
    'LICTOR_SERVICE_HOST is no setting',
  ]);
});
