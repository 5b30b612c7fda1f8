import { AUDIENCE, ISSUER, PRINCIPALS } from '../peers/policies.ts';
import type { Part } from './configuration.ts';

const TYPES = 'type.googleapis.com/envoy.extensions.filters.http';

/** The rule of the bench by Envoy's own filters: a token by jwt_authn, everything else by RBAC. */
export function nativeFilters(jwks: string, tokenCache: boolean): readonly Part[] {
  return [jwtFilter(jwks, tokenCache), ACCESS];
}

function jwtFilter(jwks: string, tokenCache: boolean): Part {
  const provider = {
    issuer: ISSUER,
    audiences: [AUDIENCE],
    forward: true,
    require_expiration: true,
    payload_in_metadata: 'claims',
    local_jwks: { inline_string: jwks },
    ...(tokenCache && { jwt_cache_config: { jwt_cache_size: 10_000 } }),
  };
  return {
    name: 'envoy.filters.http.jwt_authn',
    typed_config: {
      '@type': `${TYPES}.jwt_authn.v3.JwtAuthentication`,
      providers: { bench: provider },
      rules: [{ match: { prefix: '/' }, requires: { provider_name: 'bench' } }],
    },
  };
}

const SCOPE = {
  sourced_metadata: {
    metadata_matcher: {
      filter: 'envoy.filters.http.jwt_authn',
      path: [{ key: 'claims' }, { key: 'scope' }],
      value: { string_match: { safe_regex: { regex: '(.* )?orders:read( .*)?' } } },
    },
  },
} as const;

function method(name: string): Part {
  return { header: { name: ':method', string_match: { exact: name } } };
}

const ACCESS: Part = {
  name: 'envoy.filters.http.rbac',
  typed_config: {
    '@type': `${TYPES}.rbac.v3.RBAC`,
    rules: {
      action: 'ALLOW',
      policies: {
        readers: {
          permissions: [
            {
              and_rules: {
                rules: [
                  { or_rules: { rules: [method('GET'), method('POST')] } },
                  { url_path: { path: { prefix: '/api/' } } },
                  SCOPE,
                ],
              },
            },
          ],
          principals: [
            {
              or_ids: {
                ids: PRINCIPALS.map((exact) => ({ authenticated: { principal_name: { exact } } })),
              },
            },
          ],
        },
      },
    },
  },
};
