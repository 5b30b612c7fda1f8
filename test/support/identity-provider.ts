import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Configuration, Provider } from 'oidc-provider';

/** A client of the provider, and the contents of its tokens. */
export interface Client {
  readonly secret: string;
  /** Scopes that the client may request, separated by spaces. */
  readonly scope: string;
  /** Claims of its tokens in addition to those of every token. */
  readonly claims?: Readonly<Record<string, string>>;
  /** Age of the tokens in seconds: `iat` and `exp` are moved back. With more than `lifetime` they are expired. */
  readonly issuedAgo?: number;
}

export interface IdentityProviderOptions {
  /** `iss` of the tokens; may differ from the address. */
  readonly issuer: string;
  readonly audience: string;
  readonly clients: Readonly<Record<string, Client>>;
  /** Port on loopback; default: any free port. */
  readonly port?: number;
  /** Validity of a token in seconds, default 3600. */
  readonly lifetime?: number;
}

export interface IdentityProvider {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly tokenUri: string;
  /** The public keys that `jwksUri` serves. */
  jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }>;
  /** Requests a token as the client (RFC 6749 section 4.4). Default `scope`: all scopes of the client. */
  token(client: string, scope?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts an OpenID provider on loopback that issues JWT access tokens (RFC 9068), signed with a new key. */
export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const { issuer, clients, port = 0 } = options;
  const server = createServer();
  const answer = quietly(() => new Provider(issuer, configuration(options))).callback();
  server.on('request', (request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    jwksUri: `${base}/jwks`,
    tokenUri: `${base}/token`,
    jwks: async () => (await (await fetch(`${base}/jwks`)).json()) as { keys: Record<string, unknown>[] },
    token: async (name, scope) => {
      const client = clients[name];
      if (client === undefined) throw new Error(`the identity provider knows no client ${name}`);
      return requestToken(`${base}/token`, name, client, scope ?? client.scope);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function requestToken(uri: string, name: string, { secret }: Client, scope: string): Promise<string> {
  const response = await fetch(uri, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  const answer = (await response.json()) as {
    access_token?: string;
    error?: string;
    error_description?: string;
  };
  if (answer.access_token === undefined) {
    throw new Error(
      `no token for ${name}: ${answer.error ?? response.status} ${answer.error_description ?? ''}`,
    );
  }
  return answer.access_token;
}

function configuration({ audience, clients, lifetime = 3600 }: IdentityProviderOptions): Configuration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = {
    ...privateKey.export({ format: 'jwk' }),
    kid: randomUUID().slice(0, 8),
    use: 'sig',
    alg: 'ES256',
  };
  const scopes = [...new Set(Object.values(clients).flatMap(({ scope }) => scope.split(' ')))];
  return {
    jwks: { keys: [key] },
    cookies: { keys: [randomUUID()] },
    scopes,
    ttl: { ClientCredentials: lifetime },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: Object.entries(clients).map(([client_id, { secret, scope }]) => ({
      client_id,
      client_secret: secret,
      scope,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    })),
    extraTokenClaims: (_context, token) => ({ ...clients[token.clientId ?? '']?.claims }),
    formats: {
      customizers: {
        jwt: (_context, token, { payload }) => {
          const ago = clients[token.clientId ?? '']?.issuedAgo ?? 0;
          for (const claim of ['iat', 'exp']) payload[claim] = Number(payload[claim]) - ago;
        },
      },
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => ({
          scope: scopes.join(' '),
          audience,
          accessTokenTTL: lifetime,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

/** Silences the console while the provider is created: it warns about settings for production, such as its storage. */
function quietly<T>(make: () => T): T {
  const { info, warn } = console;
  console.info = console.warn = () => undefined;
  try {
    return make();
  } finally {
    Object.assign(console, { info, warn });
  }
}
