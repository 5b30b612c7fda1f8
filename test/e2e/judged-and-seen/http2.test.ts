import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:tls';
import { type Proxied, type Services, startServices } from './proxied.ts';
import type { Seen } from './services.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: all}
spec:
  match: [{hosts: [orders.acme.svc]}]
  rules:
    - {name: no-delete, effect: deny, match: [{methods: [DELETE]}]}
    - {name: no-cafe, effect: deny, when: "request.query_params[?'name'].orValue([]) == ['caf\u00E9']"}
    - {name: no-bar, effect: deny, when: "request.headers[?'x-name'].orValue('') == 'b\u00E1r'"}
    - {name: no-plaintext, effect: deny, when: request.scheme != 'https'}
    - {name: all, effect: allow}
`;

let services: Services;

beforeAll(async () => {
  services = await startServices(POLICIES);
}, 60_000);

afterAll(() => services?.stop());

interface Answer {
  readonly status: number;
  readonly reason: string | undefined;
  /** The header `grpc-status`. */
  readonly grpc: string | undefined;
  readonly seen: Partial<Seen>;
}

/** Sends a request by HTTP/2, whose parser in Envoy lets more pass than that of HTTP/1.1. Texts are Latin-1. */
async function send({ envoy }: Proxied, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const { port, certificates } = envoy;
  const session = connectHttp2('https://orders.acme.svc', {
    createConnection: () =>
      connect({
        port,
        host: '127.0.0.1',
        servername: 'orders.acme.svc',
        ca: certificates.ca,
        ALPNProtocols: ['h2'],
        ...certificates.workloads.get('checkout'),
      }),
  });
  try {
    // Envoy waits for a body without a content type; a stream of gRPC stays open.
    const endStream = !('content-type' in headers);
    const stream = session.request({ ':path': '/', ...headers }, { endStream });
    stream.setTimeout(10_000, () => stream.destroy(new Error('no answer within 10 s')));
    const [answer] = (await once(stream, 'response')) as [
      { readonly ':status': number; readonly 'grpc-status'?: string },
    ];
    let text = '';
    for await (const bytes of stream) text += String(bytes);
    const read = text.startsWith('{') ? (JSON.parse(text) as Partial<Seen> & { reason?: string }) : {};
    return { status: answer[':status'], reason: read.reason, grpc: answer['grpc-status'], seen: read };
  } finally {
    session.destroy();
  }
}

test.each([
  ['a method in lower case', { ':method': 'delete' }, 'ambiguous_method'],
  ['a method partly in lower case', { ':method': 'Delete' }, 'ambiguous_method'],
  ['a letter in Latin-1 in the query string', { ':path': '/?name=caf\xE9' }, 'ambiguous_path'],
  ['a letter in UTF-8 in the query string', { ':path': '/?name=caf\xC3\xA9' }, 'ambiguous_path'],
  ['the same letter with escapes', { ':path': '/?name=caf%C3%A9' }, 'rule_denied'],
  ['a letter in Latin-1 in a header that is read', { 'x-name': 'b\xE1r' }, 'ambiguous_header'],
  ['the same letter in UTF-8', { 'x-name': 'b\xC3\xA1r' }, 'rule_denied'],
])('%s is denied', async (_, headers, reason) => {
  for (const service of services.all) expect(await send(service, headers)).toMatchObject({ reason });
});

test.each([0, 1])('service %i gets a letter in Latin-1 of a header that no policy reads', async (index) => {
  const service = services.all[index];
  if (service === undefined) throw new Error(`there is no service ${index}`);
  const answer = await send(service, { 'x-probe': 'b\xE1r' });
  expect(answer).toMatchObject({ status: 200, seen: { probe: 'b\xE1r' } });
});

test.each(['http', 'ftp'])('the scheme `%s` of a caller does not count', async (scheme) => {
  for (const service of services.all) {
    expect(await send(service, { ':scheme': scheme })).toMatchObject({ status: 200, reason: undefined });
  }
});

test.each(['application/grpc', 'application/grpc+json'])(
  'an open stream of %s is judged at once',
  async (type) => {
    for (const service of services.all) {
      const call = { ':method': 'POST', ':path': '/?name=caf%C3%A9', 'content-type': type };
      expect(await send(service, call)).toMatchObject({ status: 200, grpc: '7' });
    }
  },
);
