import { goServer, lictorProgram } from '../peers/servers.ts';
import { type Change, filterFields, sidecarProtocol, withoutFilterField } from './configuration.ts';
import type { Setup } from './mesh.ts';
import type { SetupContext } from './setup-context.ts';

/** Body bytes of the rows about bodies. */
const BODY = 1024;

/** Window of a stream and of the connection, in bytes; Envoy's own are larger. */
const SMALL_WINDOW = 65_535;

/** Headers that the policy of the bench and Lictor itself read. */
const READ_HEADERS = {
  patterns: [{ exact: 'authorization' }, { exact: 'x-request-id' }, { prefix: ':' }, { prefix: 'content-' }],
} as const;

/** The configuration of the sample, and one change of it each; then answers of several sizes by a server without cost. */
export async function settingSetups(context: SetupContext): Promise<readonly Setup[]> {
  const { inputs, settings, start } = context;
  const lictor = lictorProgram('Lictor', { inputs, audit: 'off', serve: settings.serve });
  const sidecar = await start(lictor);
  const changed = (name: string, ...changes: readonly Change[]): Setup => ({
    name,
    sidecar,
    changes,
    decides: true,
  });
  const body = changed('a body of 1 kB, buffered');
  return [
    changed('the sample, Unix socket'),
    { ...changed('TCP on loopback'), sidecar: await start(lictor, 'tcp') },
    changed('no include_peer_certificate', withoutFilterField('include_peer_certificate')),
    changed('no include_tls_session', withoutFilterField('include_tls_session')),
    changed('no encode_raw_headers', withoutFilterField('encode_raw_headers')),
    changed('no validate_mutations', withoutFilterField('validate_mutations')),
    changed('allowed_headers: those that are read', filterFields({ allowed_headers: READ_HEADERS })),
    changed('skip_envoy_headers', filterFields({ grpc_service: service({ skip_envoy_headers: true }) })),
    changed('windows of 64 KiB', windows(SMALL_WINDOW)),
    changed(
      'all of the above, Unix socket',
      withoutFilterField('include_peer_certificate'),
      withoutFilterField('include_tls_session'),
      withoutFilterField('encode_raw_headers'),
      withoutFilterField('validate_mutations'),
      filterFields({ allowed_headers: READ_HEADERS, grpc_service: service({ skip_envoy_headers: true }) }),
    ),
    { ...changed('access log of the sample'), accessLog: true },
    { ...body, body: BODY },
    {
      ...changed('the same, pack_as_bytes: false', filterFields({ with_request_body: textBody })),
      body: BODY,
    },
    ...(await answerSetups(context)),
  ];
}

const textBody = { max_request_bytes: 65_536, allow_partial_message: false, pack_as_bytes: false } as const;

function service(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { timeout: '2s', envoy_grpc: { cluster_name: 'lictor', ...options } };
}

function windows(bytes: number): Change {
  return sidecarProtocol({ initial_stream_window_size: bytes, initial_connection_window_size: bytes });
}

/** Go no-ops with larger answers show what Envoy pays for each part of an answer. */
async function answerSetups({ go, start }: SetupContext): Promise<readonly Setup[]> {
  const answers: readonly (readonly [string, ...string[]])[] = [
    ['empty answer (Go no-op)'],
    ['2 headers in the answer', '-headers', '2'],
    ['8 headers in the answer', '-headers', '8'],
    ['7 fields of metadata', '-metadata', '7'],
  ];
  const setups: Setup[] = [];
  for (const [name, ...flags] of answers) {
    setups.push({
      name,
      sidecar: await start(goServer(name, go('noop'), ...flags)),
      changes: [],
      decides: false,
    });
  }
  return setups;
}
