import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeCheckRequest } from '../../support/check-messages.ts';
import { celExpression, lictorPolicy, PRINCIPALS, regoPolicy } from './policies.ts';
import { createTokenKeys, type TokenKeys, tampered, unsigned } from './tokens.ts';

/** A request with the answer that the policies give. */
export interface Case {
  readonly name: string;
  readonly allow: boolean;
  /** The serialized CheckRequest. */
  readonly message: Uint8Array;
}

export interface Inputs {
  /** Folder of `policy.rego`, `policy.cel` and `jwks.json`. */
  readonly folder: string;
  /** Policy folder of Lictor. */
  readonly policies: string;
  /** File with the CheckRequest of the load: RS256, the same token each time. */
  readonly request: string;
  /** The authorization header of the load through Envoy. */
  readonly bearer: string;
  /** File with that header. */
  readonly authorization: string;
  /** The public keys of the issuer. */
  readonly jwks: string;
  /** The caller of the load. */
  readonly principal: string;
  readonly cases: readonly Case[];
}

/** The caller of the load, one of twenty. */
const PRINCIPAL = PRINCIPALS[7] ?? '';

/** Writes keys, tokens, policies and requests, the same for all servers. */
export async function writeInputs(folder: string): Promise<Inputs> {
  const keys = createTokenKeys();
  const cases = casesOf(keys);
  const policies = join(folder, 'policies');
  await mkdir(policies, { recursive: true });
  await writeFile(join(policies, 'policy.yaml'), lictorPolicy(keys.jwks));
  await writeFile(join(folder, 'policy.rego'), regoPolicy(keys.jwks));
  await writeFile(join(folder, 'policy.cel'), celExpression());
  await writeFile(join(folder, 'jwks.json'), keys.jwks);
  const [request, authorization] = [join(folder, 'request.pb'), join(folder, 'authorization.txt')];
  await writeFile(request, cases[0]?.message ?? new Uint8Array());
  const bearer = `Bearer ${keys.sign('RS256')}`;
  await writeFile(authorization, bearer);
  return { folder, policies, request, bearer, authorization, jwks: keys.jwks, principal: PRINCIPAL, cases };
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly principal?: string;
  readonly token?: string | undefined;
}

function casesOf(keys: TokenKeys): readonly Case[] {
  const token = keys.sign('RS256');
  function aCase(name: string, allow: boolean, asked: Asked = {}): Case {
    return { name, allow, message: checkRequest({ token, ...asked }) };
  }
  return [
    aCase('RS256', true),
    aCase('ES256', true, { token: keys.sign('ES256') }),
    aCase('POST', true, { method: 'POST' }),
    aCase('another method', false, { method: 'DELETE' }),
    aCase('another path', false, { path: '/admin/x' }),
    aCase('another principal', false, { principal: 'spiffe://cluster.local/ns/evil/sa/x' }),
    aCase('no principal', false, { principal: '' }),
    aCase('no token', false, { token: undefined }),
    aCase('not a token', false, { token: 'abc.def.ghi' }),
    aCase('an unsigned token', false, { token: unsigned(token) }),
    ...(['RS256', 'ES256'] as const).flatMap((algorithm) => [
      aCase(`${algorithm}, expired`, false, { token: keys.sign(algorithm, { exp: 1_700_000_000 }) }),
      aCase(`${algorithm}, another scope`, false, {
        token: keys.sign(algorithm, { scope: 'openid orders:readonly' }),
      }),
      aCase(`${algorithm}, another audience`, false, { token: keys.sign(algorithm, { aud: 'other' }) }),
      aCase(`${algorithm}, another issuer`, false, {
        token: keys.sign(algorithm, { iss: 'https://evil.example.com/' }),
      }),
      aCase(`${algorithm}, changed`, false, { token: tampered(keys.sign(algorithm)) }),
    ]),
  ];
}

/** A check as Envoy sends it for the request of a browser. */
function checkRequest({
  method = 'GET',
  path = '/api/orders/42?x=1',
  principal = PRINCIPAL,
  token,
}: Asked): Uint8Array {
  const host = 'orders.example.com';
  return encodeCheckRequest({
    attributes: {
      source: { address: { socketAddress: { address: '10.244.1.17', portValue: 45_822 } }, principal },
      destination: {
        address: { socketAddress: { address: '10.244.2.9', portValue: 8443 } },
        principal: 'spiffe://cluster.local/ns/shop/sa/orders',
      },
      request: {
        time: { seconds: Math.floor(Date.now() / 1000), nanos: 0 },
        http: {
          id: '1234567890123456789',
          method,
          path,
          host,
          scheme: 'https',
          protocol: 'HTTP/1.1',
          headers: {
            ':authority': host,
            ':method': method,
            ':path': path,
            ':scheme': 'https',
            accept: 'application/json, text/plain, */*',
            'accept-encoding': 'gzip, deflate, br',
            'accept-language': 'en-US,en;q=0.9',
            cookie: 'sid=8c7d5c7e0a6a4c0b9a1f; theme=dark; _ga=GA1.2.1234567890.1700000000',
            origin: 'https://shop.example.com',
            referer: 'https://shop.example.com/orders',
            'user-agent':
              'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
            'x-forwarded-for': '203.0.113.7',
            'x-forwarded-proto': 'https',
            'x-request-id': '5b1e1f9a-7e5e-9d5a-8c9e-3f1f6d2f5a11',
            traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
            'x-envoy-internal': 'true',
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
          },
        },
      },
      contextExtensions: { virtual_host: 'orders' },
      metadataContext: {},
      routeMetadataContext: {},
    },
  });
}
