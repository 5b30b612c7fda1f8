import type { Issuer } from '../../../../src/engine/identity/issuer.ts';
import { KeyRing } from '../../../../src/engine/identity/key-ring.ts';
import { createTokenVerifier } from '../../../../src/engine/identity/token.ts';
import type { JsonObject } from '../../../../src/engine/request/attributes.ts';
import { nodeCrypto } from '../../../../src/node/crypto.ts';
import { PRESET_NAMES } from '../../../../src/policy/language/issuer-presets.ts';
import { attributes } from '../../../support/attributes.ts';
import { policySet } from '../../../support/policy-set.ts';
import { claimsOf, EC_NEXT, NOW, signed } from '../tokens.ts';
import { CONSUMERS, ENTRA_OF_ALL, LOGIN_SERVICES, MICROSOFT, TENANT } from './login-services.ts';
import { keySetOf, MATERIAL, type RecordedProvider } from './recorded.ts';
import { WORKLOAD_ISSUERS } from './workload-issuers.ts';

const PROVIDERS: readonly RecordedProvider[] = [...LOGIN_SERVICES, ...WORKLOAD_ISSUERS];

/** The Issuer document of a provider, compiled as in a folder. */
function issuerOf({ spec }: RecordedProvider): Issuer {
  const set = policySet({
    issuers: { provider: spec },
    policies: {
      orders: {
        authenticate: { jwt: { issuers: ['provider'] } },
        rules: [{ name: 'all', effect: 'allow' }],
      },
    },
  });
  const issuer = set.issuers.get('provider');
  if (issuer === undefined) throw new Error('the set has no issuer');
  return issuer;
}

const urlOf = ({ keys }: Issuer): string => (keys.kind === 'uri' ? keys.jwksUri : '');

/** A ring that has fetched the key set, as a provider serves it. */
async function fetched(issuer: Issuer, keySet: JsonObject) {
  const ring = new KeyRing({
    crypto: nodeCrypto,
    fetch: async (url) =>
      url === urlOf(issuer) ? Response.json(keySet) : new Response(null, { status: 404 }),
    timer: () => () => {},
    clock: () => NOW,
  });
  ring.use([issuer]);
  const verifier = createTokenVerifier({ keys: ring, crypto: nodeCrypto });
  await ring.refetch(issuer);
  return {
    ring,
    ask: async (token: string) => {
      const asked = attributes({ headers: { authorization: `Bearer ${token}` } });
      const { denial } = await verifier.verify(asked, [issuer], NOW);
      return denial?.reason ?? 'accepted';
    },
  };
}

/** The key that the token names, of those that the issuer uses. */
function signerOf({ keys, token }: RecordedProvider) {
  const [material] = keys.find(([, { kid }]) => kid === token.header['kid']) ?? [];
  if (material === undefined) throw new Error('no key has the name of the token');
  return MATERIAL[material];
}

const tokenOf = (
  provider: RecordedProvider,
  { key = signerOf(provider), claims = {} }: { key?: (typeof MATERIAL)['rsa']; claims?: object } = {},
) => signed(claimsOf({ ...provider.token.claims, ...claims }), provider.token.header, key);

test('every preset has a recorded provider', () => {
  const recorded = new Set(PROVIDERS.map(({ spec }) => spec['preset']));
  expect(PRESET_NAMES.filter((name) => !recorded.has(name))).toEqual([]);
});

describe.each(PROVIDERS)('$what', (provider) => {
  const { configuration, keys, ignored = [] } = provider;
  const issuer = issuerOf(provider);

  test('the preset knows what the OpenID configuration says', () => {
    if (configuration === undefined) return expect(urlOf(issuer)).toMatch(/^https:/);
    expect(urlOf(issuer)).toBe(configuration['jwks_uri']);
    expect(issuer.issuer.replace('{tenant}', '{tenantid}')).toBe(configuration['issuer']);
    const algorithms = configuration['id_token_signing_alg_values_supported'] as readonly string[];
    expect(algorithms).toContain(provider.token.header['alg']);
    expect(issuer.algorithms).toContain(provider.token.header['alg']);
  });

  test('each key is used, or ignored for a stated reason', async () => {
    const { ring } = await fetched(issuer, keySetOf(provider));
    const [status] = ring.status();
    expect(status).toMatchObject({ keys: keys.length - ignored.length, error: null });
    expect(status?.ignored ?? []).toEqual(ignored);
  });

  test('a token is accepted, and refused if another key has signed it', async () => {
    const { ask } = await fetched(issuer, keySetOf(provider));
    expect(await ask(await tokenOf(provider))).toBe('accepted');
    expect(await ask(await tokenOf(provider, { key: strangerFor(provider) }))).toBe('token_bad_signature');
  });
});

/** A key of the same kind as the one of the token. */
function strangerFor(provider: RecordedProvider) {
  if (provider.token.header['alg'] === 'ES256') return EC_NEXT;
  return signerOf(provider) === MATERIAL.rsa ? MATERIAL.rsaNext : MATERIAL.rsa;
}

describe('a key set that tenants share', () => {
  const found = PROVIDERS.find(({ what }) => what === ENTRA_OF_ALL);
  if (found === undefined) throw new Error('the provider is not recorded');
  const entra: RecordedProvider = found;
  const issuer = issuerOf(entra);
  const { kid: OF_ANY } = entra.keys[0]?.[1] ?? {};
  const { kid: OF_CONSUMERS } = entra.keys[1]?.[1] ?? {};

  /** The reason for a token of a tenant that a key has signed. */
  async function reasonFor(tenant: string, kid: unknown, keySet = keySetOf(entra)): Promise<string> {
    const { ask } = await fetched(issuer, keySet);
    const claims = claimsOf({ ...entra.token.claims, iss: `${MICROSOFT}/${tenant}/v2.0`, tid: tenant });
    const key = kid === OF_CONSUMERS ? MATERIAL.rsaNext : MATERIAL.rsa;
    return ask(await signed(claims, { ...entra.token.header, kid }, key));
  }

  test('a key for any tenant signs tokens of each', async () => {
    expect(await reasonFor(TENANT, OF_ANY)).toBe('accepted');
    expect(await reasonFor(CONSUMERS, OF_ANY)).toBe('accepted');
  });

  test('a key of one tenant signs no token of another', async () => {
    expect(await reasonFor(CONSUMERS, OF_CONSUMERS)).toBe('accepted');
    expect(await reasonFor(TENANT, OF_CONSUMERS)).toBe('token_unknown_key');
  });

  test('a key of one tenant is not tried for a token of another that names no key', async () => {
    const { ask } = await fetched(issuer, keySetOf(entra));
    const unnamed = (tenant: string) =>
      signed(
        claimsOf({ ...entra.token.claims, iss: `${MICROSOFT}/${tenant}/v2.0`, tid: tenant }),
        { alg: 'RS256', kid: undefined },
        MATERIAL.rsaNext,
      );
    expect(await ask(await unnamed(CONSUMERS))).toBe('accepted');
    expect(await ask(await unnamed(TENANT))).toBe('token_bad_signature');
  });

  test.each<[string, JsonObject, string]>([
    ['no issuer', {}, 'accepted'],
    ['the issuer itself', { issuer: `${MICROSOFT}/${TENANT}/v2.0` }, 'accepted'],
    ['another spelling of it', { issuer: `${MICROSOFT}/${TENANT}/v2.0/` }, 'token_unknown_key'],
    ['another placeholder', { issuer: `${MICROSOFT}/{tenant}/v2.0` }, 'token_unknown_key'],
    ['the form of another version', { issuer: 'https://sts.windows.net/{tenantid}/' }, 'token_unknown_key'],
    ['an empty text', { issuer: '' }, 'token_unknown_key'],
    ['null', { issuer: null }, 'token_unknown_key'],
    ['a list', { issuer: [`${MICROSOFT}/${TENANT}/v2.0`] }, 'token_unknown_key'],
  ])('a key with %s', async (_, members, expected) => {
    const keySet = keySetOf({ ...entra, keys: [['rsa', { kid: OF_ANY ?? '', ...members }]] });
    expect(await reasonFor(TENANT, OF_ANY, keySet)).toBe(expected);
  });

  test('without tenants, the name of an issuer in a key is not looked at', async () => {
    const one = PROVIDERS.find(({ what }) => what.startsWith('Okta')) ?? entra;
    const [, members] = one.keys[0] ?? [];
    const keySet = keySetOf({ ...one, keys: [['rsa', { ...members, issuer: 'https://other.example' }]] });
    const { ask } = await fetched(issuerOf(one), keySet);
    expect(await ask(await tokenOf(one))).toBe('accepted');
  });
});
