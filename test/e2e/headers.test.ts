import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnvoyOptions } from '../support/envoy.ts';
import { callHttp1, callHttp2, type RawAnswer } from '../support/raw-call.ts';
import type { Reached } from '../support/upstream.ts';
import { type Mesh, startMesh } from './mesh.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: one}
spec:
  match: [{hosts: [one.acme.svc]}]
  rules:
    - {name: admins, effect: deny, when: "request.headers[?'x-role'].orValue('') == 'admin'"}
    - {name: all, effect: allow, when: "request.headers[?'accept'].orValue('') != 'none' && request.useragent != 'none'"}
  respond:
    allow: {requestHeaders: {set: {x-tenant: acme}, remove: [x-user]}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: values}
spec:
  match: [{hosts: [values.acme.svc]}]
  rules: [{name: all, effect: allow, when: "request.header_values['x-role'] == ['user', 'admin']"}]
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: host}
spec:
  match: [{hosts: [host.acme.svc]}]
  rules: [{name: all, effect: allow, when: "request.host == 'host.acme.svc' && !('host' in request.headers) && !(':authority' in request.headers)"}]
  respond:
    allow: {requestHeaders: {set: {x-judged-host: {cel: request.host}, x-sent-host: {cel: request.authority}}}}
`;

/** Protocols of the connection to Envoy. */
const PROTOCOLS = ['HTTP/1.1', 'HTTP/2'] as const;
type Protocol = (typeof PROTOCOLS)[number];

async function meshWith(envoy: Partial<EnvoyOptions>): Promise<Mesh> {
  return startMesh({ policies: (folder) => writeFile(join(folder, 'policies.yaml'), POLICIES), envoy });
}

function sent(mesh: Mesh, protocol: Protocol, host: string, headers: readonly string[]): Promise<RawAnswer> {
  const call = { workload: 'checkout', host, headers, body: [] };
  if (protocol === 'HTTP/2') return callHttp2(mesh.envoy, { ...call, ends: true });
  return callHttp1(mesh.envoy, { ...call, headers: [...headers, 'content-length: 0'] });
}

/** Status, and the reason of a denial. */
function outcome({ status, text }: RawAnswer): readonly [number, string] {
  const body: { reason?: string } = text.startsWith('{') ? JSON.parse(text) : {};
  return [status, body.reason ?? ''];
}

/** Headers that the service got, by lower-case name. */
function reached({ text }: RawAnswer): Readonly<Record<string, string>> {
  return (JSON.parse(text) as Reached).headers;
}

describe('with raw headers', () => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await meshWith({ strictHeaders: false });
  }, 60_000);
  afterAll(() => mesh?.stop());

  describe.each(PROTOCOLS)('%s', (protocol) => {
    const send = (...headers: readonly string[]) => sent(mesh, protocol, 'one.acme.svc', headers);

    test.each<[string, readonly string[], readonly [number, string]]>([
      ['once', ['x-role: user'], [200, '']],
      ['once, denied', ['x-role: admin'], [403, 'rule_denied']],
      ['twice', ['x-role: user', 'x-role: admin'], [400, 'ambiguous_header']],
      ['twice, with the same value', ['x-role: user', 'x-role: user'], [400, 'ambiguous_header']],
      ['twice, one empty', ['x-role: ', 'x-role: admin'], [400, 'ambiguous_header']],
      ['once, with a comma', ['x-role: user, admin'], [200, '']],
      ['with white space before it', ['x-role:  \tadmin'], [403, 'rule_denied']],
      ['in another spelling', ['x_role: admin'], [400, 'ambiguous_header']],
      ['that no policy reads, twice', ['x-other: a', 'x-other: b'], [200, '']],
      ['that is a list, twice', ['accept: a/b', 'accept: c/d'], [200, '']],
      ['that Envoy joins itself, twice', ['user-agent: a', 'user-agent: b'], [400, 'ambiguous_header']],
      ['that browsers send with commas', ['user-agent: M/5 (X, Y) A/1 (KHTML, like G)'], [200, '']],
    ])('a header %s', async (_, headers, expected) => {
      expect(outcome(await send(...headers))).toEqual(expected);
    });

    test('all values of a header are what the service gets', async () => {
      const answer = await sent(mesh, protocol, 'values.acme.svc', ['x-role: user', 'x-role: admin']);
      expect([answer.status, reached(answer)['x-role']]).toEqual([200, 'user, admin']);
    });

    test('the service gets no other spelling of a changed header, and no override', async () => {
      const claims = [
        'x-tenant: a',
        'x-tenant: b',
        'x_tenant: c',
        'x_user: root',
        'x-user: root',
        'x_kept: 1',
        'x-http-method-override: DELETE',
        'x-http-method: PUT',
        'x-original-url: /admin',
        'x-rewrite-url: /admin',
        'x-forwarded-host: evil.example',
        'x_forwarded_host: evil.example',
      ];
      const answer = await send(...claims);
      expect(answer.status).toBe(200);
      const headers = reached(answer);
      const names = Object.keys(headers).filter((name) =>
        /tenant|user|kept|method|url|forwarded.host/.test(name),
      );
      expect(names.toSorted()).toEqual(['x-tenant', 'x_kept']);
      expect(headers['x-tenant']).toBe('acme');
    });

    test('the host is not a header', async () => {
      const answer = await sent(mesh, protocol, 'host.acme.svc', []);
      expect(answer.status).toBe(200);
      expect(reached(answer)).toMatchObject({ 'x-judged-host': 'host.acme.svc' });
    });
  });

  test('the host in capitals, with a port, is what `match` compares', async () => {
    const answer = await callHttp1(mesh.envoy, {
      workload: 'checkout',
      host: 'Host.acme.svc:8443',
      headers: ['content-length: 0'],
      body: [],
    });
    expect(reached(answer)).toMatchObject({
      'x-judged-host': 'host.acme.svc',
      'x-sent-host': 'Host.acme.svc:8443',
    });
  });

  test('nothing is logged about them', async () => {
    expect(await readFile(mesh.lictor().child.log, 'utf8')).not.toContain('encode_raw_headers');
    const { proxy } = await mesh.lictor().status();
    expect(proxy.notices.map(({ notice }) => notice)).not.toContain('joined_headers');
  });
});

describe('with joined headers', () => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await meshWith({ strictHeaders: false, rawHeaders: false });
  }, 60_000);
  afterAll(() => mesh?.stop());

  describe.each(PROTOCOLS)('%s', (protocol) => {
    test.each<[string, readonly string[], readonly [number, string]]>([
      ['once', ['x-role: user'], [200, '']],
      ['twice', ['x-role: user', 'x-role: admin'], [400, 'ambiguous_header']],
      ['once, with a comma', ['x-role: user, admin'], [400, 'ambiguous_header']],
      ['that no policy reads, with a comma', ['x-other: a, b'], [200, '']],
      ['that is a list, twice', ['accept: a/b', 'accept: c/d'], [200, '']],
      ['that browsers send with commas', ['user-agent: M/5 (X, Y) A/1 (KHTML, like G)'], [200, '']],
    ])('a header %s', async (_, headers, expected) => {
      expect(outcome(await sent(mesh, protocol, 'one.acme.svc', headers))).toEqual(expected);
    });

    test('values of a header cannot be told apart', async () => {
      const answer = await sent(mesh, protocol, 'values.acme.svc', ['x-role: user', 'x-role: admin']);
      expect(outcome(answer)).toEqual([400, 'ambiguous_header']);
    });
  });

  test('one warning is logged, and the status shows it', async () => {
    const log = await readFile(mesh.lictor().child.log, 'utf8');
    expect(log.match(/encode_raw_headers/g)).toHaveLength(1);
    const { proxy } = await mesh.lictor().status();
    expect(proxy.notices.map(({ notice }) => notice)).toContain('joined_headers');
  });
});
