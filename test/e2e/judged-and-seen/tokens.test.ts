import { claimsOf, EC, jwks, publicJwk, signed } from '../../engine/identity/tokens.ts';
import { ask, type Services, startServices } from './proxied.ts';
import type { Seen } from './services.ts';

const KEYS = JSON.stringify(jwks(publicJwk(EC, { kid: 'ec' })));

/** One Issuer that keeps its tokens from the service, wherever they are. */
const POLICIES = `apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec:
  issuer: https://login.acme.example
  audiences: [orders]
  keys: {jwks: ${KEYS}}
  from:
    - {header: authorization}
    - {header: x-token}
    - {query: access_token}
    - {cookie: session}
    - {header: sec-websocket-protocol, listPrefix: bearer.}
  forward: false
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: tokens}
spec:
  match: [{hosts: [seen.acme.svc]}]
  authenticate: {jwt: {issuers: [acme]}}
  rules: [{name: all, effect: allow}]
  respond: {allow: {requestHeaders: {set: {x-judged-subject: {cel: jwt.subject}}}}}
`;

let services: Services;
let token: string;

beforeAll(async () => {
  const now = Math.floor(Date.now() / 1000);
  token = await signed(claimsOf({ iat: now, exp: now + 600 }));
  services = await startServices(POLICIES);
}, 60_000);

afterAll(() => services?.stop());

/** A request with \`{token}\` in its target or headers, and what the service must see of them. */
interface Row {
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly seen?: Readonly<Record<string, string>>;
  readonly seenTarget?: string;
}

const ROWS: readonly Row[] = [
  { headers: ['authorization: Bearer {token}'] },
  { headers: ['AUTHORIZATION: bearer  {token}'] },
  { headers: ['X-Token: {token}', 'authorization: Basic YTpi'], seen: { authorization: 'Basic YTpi' } },
  { target: '/a?access_token={token}', seenTarget: '/a' },
  { target: '/a?b=%41+c&access%5Ftoken={token}&d[]=1&e', seenTarget: '/a?b=%41+c&d[]=1&e' },
  { headers: ['cookie: session={token}'] },
  { headers: ['cookie: session ={token}; a=1'], seen: { cookie: 'a=1' } },
  {
    headers: ['cookie: a="1 2"; session={token}; b=%41;c; Session=x; sessions=y'],
    seen: { cookie: 'a="1 2"; b=%41;c; sessions=y' },
  },
  { headers: ['cookie: a=1; session={token}', 'cookie: b=2'], seen: { cookie: 'a=1; b=2' } },
  {
    headers: ['sec-websocket-protocol: chat, bearer.{token}, superchat'],
    seen: { 'sec-websocket-protocol': 'chat, superchat' },
  },
  {
    headers: ['Sec-WebSocket-Protocol: bearer.{token}', 'Sec-WebSocket-Protocol: chat'],
    seen: { 'sec-websocket-protocol': 'chat' },
  },
];

const PLACES = ['authorization', 'x-token', 'cookie', 'sec-websocket-protocol'];

function fill(text: string): string {
  return text.replaceAll('{token}', token);
}

function placesIn({ headers }: Seen): Readonly<Record<string, string>> {
  return Object.fromEntries(headers.filter(([name]) => PLACES.includes(name)));
}

test.each(ROWS)(
  'the service sees nothing of the token: %j',
  async ({ target = '/a', headers = [], ...row }) => {
    for (const service of services.all) {
      const call = { host: 'seen.acme.svc', target: fill(target), headers: headers.map(fill) };
      const { status, seen, text } = await ask(service, call);
      if (seen === undefined) throw new Error(`${service.name} was not reached: ${status} ${text}`);
      expect(seen.judged).toEqual({ 'x-judged-subject': 'checkout' });
      expect(placesIn(seen)).toEqual(row.seen ?? {});
      expect(seen.target).toBe(row.seenTarget ?? '/a');
      const [, , signature = ''] = token.split('.');
      expect(JSON.stringify(seen)).not.toContain(signature);
    }
  },
);

test.each([
  [['authorization: Bearer {token}', 'x-token: {token}'], 401],
  [['authorization: Bearer {token}', 'authorization: Bearer {token}'], 401],
  [['cookie: session={token}; session={token}'], 401],
  [['sec-websocket-protocol: bearer.{token}, bearer.{token}'], 401],
])('more than one token does not reach the service: %j', async (headers, status) => {
  for (const service of services.all) {
    const call = { host: 'seen.acme.svc', target: '/', headers: headers.map(fill) };
    const answer = await ask(service, call);
    expect([answer.status, answer.reason, answer.seen]).toEqual([status, 'token_ambiguous', undefined]);
  }
});
