import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Configuration, type JWK, Provider } from 'oidc-provider';

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
  /** `iss` of the tokens; may differ from the address. Default: the address, which discovery needs. */
  readonly issuer?: string;
  readonly audience: string;
  readonly clients: Readonly<Record<string, Client>>;
  /** Port on loopback; default: any free port. */
  readonly port?: number;
  /** Validity of a token in seconds, default 3600. */
  readonly lifetime?: number;
}

/**
 * Answers to requests for the key set and the OpenID configuration. `silent`: none, until another way is chosen.
 * Tokens are issued all the same.
 */
type Answering = 'well' | 'silent' | 'with garbage' | 'with another document' | 'with an error';

export interface IdentityProvider {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly tokenUri: string;
  /** The public keys that `jwksUri` serves. */
  jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }>;
  /** Requests a token as the client (RFC 6749 section 4.4). Default `scope`: all scopes of the client. */
  token(client: string, scope?: string): Promise<string>;
  /** Names of the published keys (`kid`). The first one signs. */
  kids(): readonly string[];
  /** Publishes a new key, which signs no token yet. */
  publish(): void;
  /** Signs tokens with the newest published key from now on. Published keys stay published. */
  rotate(): void;
  /** Removes a key from the published ones, of which one must remain. */
  remove(kid: string): void;
  answer(way: Answering): void;
  /** Number of requests for the key set, whatever the answer. */
  keyRequests(): number;
  /** Closes the port and all connections, as a provider that is down. */
  leave(): Promise<void>;
  /** Listens again at the same port, with the same keys. */
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an OpenID provider on loopback that issues JWT access tokens (RFC 9068), signed with a new key. */
export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const server = createServer();
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const issuer = options.issuer ?? base;
  const keys = [newKey()];
  const front = new Front();
  // The provider reads its keys when it is created.
  const serve = (): void => front.serve(quietly(() => new Provider(issuer, configuration(options, keys))));
  serve();
  server.on('request', front.listener);
  return {
    issuer,
    jwksUri: `${base}/jwks`,
    tokenUri: `${base}/token`,
    jwks: async () => (await (await fetch(`${base}/jwks`)).json()) as { keys: Record<string, unknown>[] },
    token: async (name, scope) => {
      const client = options.clients[name];
      if (client === undefined) throw new Error(`the identity provider knows no client ${name}`);
      return requestToken(`${base}/token`, name, client, scope ?? client.scope);
    },
    kids: () => keys.map(({ kid }) => kid),
    publish: () => {
      keys.push(newKey());
      serve();
    },
    rotate: () => {
      keys.unshift(...keys.splice(-1));
      serve();
    },
    remove: (kid) => {
      const at = keys.findIndex((key) => key.kid === kid);
      if (at === -1 || keys.length === 1) throw new Error(`the key ${kid} cannot be removed`);
      keys.splice(at, 1);
      serve();
    },
    answer: (way) => front.answer(way),
    keyRequests: () => front.keyRequests,
    leave: () => close(server),
    comeBack: () => listen(server, port),
    stop: () => (server.listening ? close(server) : Promise.resolve()),
  };
}

/** The answers of the server: those of the provider, or others in their place. */
class Front {
  keyRequests = 0;
  #way: Answering = 'well';
  #provider: RequestListener = () => undefined;
  readonly #held: ServerResponse[] = [];

  readonly listener: RequestListener = (request, response) => {
    if (request.url === '/jwks') this.keyRequests += 1;
    if (request.method === 'GET' && this.#way !== 'well') this.#instead(this.#way, response);
    else this.#provider(request, response);
  };

  serve(provider: Provider): void {
    const answer = provider.callback();
    this.#provider = (request, response) => void answer(request, response);
  }

  answer(way: Answering): void {
    this.#way = way;
    for (const response of this.#held.splice(0)) response.destroy();
  }

  #instead(way: Exclude<Answering, 'well'>, response: ServerResponse): void {
    switch (way) {
      case 'silent':
        this.#held.push(response);
        return;
      case 'with garbage':
        response.end(Buffer.from([0x7b, 0xff, 0x00, 0x5b]));
        return;
      case 'with another document':
        response.end('{"keys":{}}');
        return;
      case 'with an error':
        response.writeHead(503).end();
    }
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
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

type SigningKey = JWK & { readonly kid: string };

function newKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    ...privateKey.export({ format: 'jwk' }),
    kid: randomUUID().slice(0, 8),
    use: 'sig',
    alg: 'ES256',
  };
}

/** Of several keys, the provider signs with the first. */
function configuration(
  { audience, clients, lifetime = 3600 }: IdentityProviderOptions,
  keys: readonly SigningKey[],
): Configuration {
  const scopes = [...new Set(Object.values(clients).flatMap(({ scope }) => scope.split(' ')))];
  return {
    jwks: { keys: [...keys] },
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
