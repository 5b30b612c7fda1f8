import { CERTIFICATE, type RecordedProvider } from './recorded.ts';

const KEYCLOAK = 'https://login.acme.example/realms/shop';
export const TENANT = '11111111-2222-3333-4444-555555555555';
/** The tenant of all private accounts of Microsoft. */
export const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad';
export const MICROSOFT = 'https://login.microsoftonline.com';
const AUTH0 = 'https://acme.eu.auth0.com/';
const OKTA = 'https://acme.okta.com/oauth2/default';
const COGNITO = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example';

/** Keys of Entra ID have no `alg`; `kid` and `x5t` are equal. */
function entraKey(kid: string, issuer: string) {
  return {
    use: 'sig',
    kid,
    x5t: kid,
    x5c: [CERTIFICATE],
    cloud_instance_name: 'microsoftonline.com',
    issuer,
  };
}

const ENTRA = {
  token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
  scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
  request_uri_parameter_supported: false,
  http_logout_supported: true,
  tenant_region_scope: null,
  cloud_instance_name: 'microsoftonline.com',
  cloud_graph_host_name: 'graph.windows.net',
  msgraph_host: 'graph.microsoft.com',
  rbac_url: 'https://pas.windows.net',
} as const;

const ENTRA_TOKEN = {
  header: { typ: 'JWT', alg: 'RS256', kid: 'nOo3ZDrODXEK1jKWhXslHR_KXEg' },
  claims: {
    iss: `${MICROSOFT}/${TENANT}/v2.0`,
    aud: 'orders',
    tid: TENANT,
    azp: 'job',
    idtyp: 'app',
    ver: '2.0',
  },
} as const;

export const ENTRA_OF_ALL = 'Entra ID: the keys of all tenants, each with the issuer that it is for';

export const LOGIN_SERVICES: readonly RecordedProvider[] = [
  {
    what: 'Keycloak: a key for encryption beside the one for signatures, and certificates',
    spec: { preset: 'keycloak', issuer: KEYCLOAK, audiences: ['orders'] },
    configuration: {
      issuer: KEYCLOAK,
      authorization_endpoint: `${KEYCLOAK}/protocol/openid-connect/auth`,
      token_endpoint: `${KEYCLOAK}/protocol/openid-connect/token`,
      jwks_uri: `${KEYCLOAK}/protocol/openid-connect/certs`,
      frontchannel_logout_session_supported: true,
      grant_types_supported: [
        'authorization_code',
        'client_credentials',
        'urn:openid:params:grant-type:ciba',
      ],
      acr_values_supported: ['0', '1'],
      subject_types_supported: ['public', 'pairwise'],
      id_token_signing_alg_values_supported: [
        'PS384',
        'RS384',
        'EdDSA',
        'ES384',
        'HS256',
        'ES256',
        'RS256',
        'PS256',
      ],
      mtls_endpoint_aliases: { token_endpoint: `${KEYCLOAK}/protocol/openid-connect/token` },
      tls_client_certificate_bound_access_tokens: true,
    },
    keys: [
      [
        'rsaNext',
        {
          kid: 'Tz3Wc0FZKcUGyRRdqvyEn4H9ZVjS6gsB8eLmAy0hQ5I',
          alg: 'RSA-OAEP',
          use: 'enc',
          x5c: [CERTIFICATE],
          x5t: 'p2mEiFvXlRfM4yZpWq0VYc3wkhE',
          'x5t#S256': 'jYhzGpJ1cbm2K0qBVxRrtaXDE2gM9nYvFVb6m3sUQyA',
        },
      ],
      [
        'rsa',
        {
          kid: 'xOP4gUGqb6mTEL1jZsO3NGa1ZxKkbUDkY7Zk3e0VwWc',
          alg: 'RS256',
          use: 'sig',
          x5c: [CERTIFICATE],
          x5t: 'Gq0VYc3wkhEp2mEiFvXlRfM4yZp',
          'x5t#S256': 'K0qBVxRrtaXDE2gM9nYvFVb6m3sUQyAjYhzGpJ1cbm2',
        },
      ],
    ],
    ignored: ['/keys/0: the key is not for signatures (`use`, `key_ops`)'],
    token: {
      header: { alg: 'RS256', typ: 'JWT', kid: 'xOP4gUGqb6mTEL1jZsO3NGa1ZxKkbUDkY7Zk3e0VwWc' },
      claims: { iss: KEYCLOAK, aud: ['orders', 'account'], typ: 'Bearer', azp: 'console', sid: '5c3f6d0a' },
    },
  },
  {
    what: 'Entra ID: the keys of one tenant, without `alg`',
    spec: { preset: 'entra', issuer: `${MICROSOFT}/${TENANT}/v2.0`, audiences: ['orders'] },
    configuration: {
      ...ENTRA,
      issuer: `${MICROSOFT}/${TENANT}/v2.0`,
      jwks_uri: `${MICROSOFT}/${TENANT}/discovery/v2.0/keys`,
    },
    keys: [
      ['rsa', entraKey('nOo3ZDrODXEK1jKWhXslHR_KXEg', `${MICROSOFT}/${TENANT}/v2.0`)],
      ['rsaNext', entraKey('L1KfKFI_jnXbwWc22xZxw1sUHH0', `${MICROSOFT}/${TENANT}/v2.0`)],
    ],
    token: ENTRA_TOKEN,
  },
  {
    what: ENTRA_OF_ALL,
    spec: {
      preset: 'entra',
      issuer: `${MICROSOFT}/{tenant}/v2.0`,
      tenants: [TENANT, CONSUMERS],
      audiences: ['orders'],
    },
    configuration: {
      ...ENTRA,
      issuer: `${MICROSOFT}/{tenantid}/v2.0`,
      jwks_uri: `${MICROSOFT}/common/discovery/v2.0/keys`,
    },
    keys: [
      ['rsa', entraKey('nOo3ZDrODXEK1jKWhXslHR_KXEg', `${MICROSOFT}/{tenantid}/v2.0`)],
      ['rsaNext', entraKey('1LTMzakihiRla_8z2BEJVXeWMqo', `${MICROSOFT}/${CONSUMERS}/v2.0`)],
    ],
    token: ENTRA_TOKEN,
  },
  {
    what: 'Auth0: the key in use and the next one, and a slash at the end of the issuer',
    spec: { preset: 'auth0', issuer: AUTH0, audiences: ['https://orders.acme.example'] },
    configuration: {
      issuer: AUTH0,
      authorization_endpoint: `${AUTH0}authorize`,
      token_endpoint: `${AUTH0}oauth/token`,
      mfa_challenge_endpoint: `${AUTH0}mfa/challenge`,
      jwks_uri: `${AUTH0}.well-known/jwks.json`,
      code_challenge_methods_supported: ['S256', 'plain'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['HS256', 'RS256', 'PS256'],
      request_parameter_supported: false,
      dpop_signing_alg_values_supported: ['ES256'],
    },
    keys: [
      [
        'rsa',
        {
          use: 'sig',
          kid: 'NEy9dXqKjQkTWfSgGb2rM',
          x5t: 'Zq0VYc3wkhEp2mEiFvXlRfM4yZp',
          x5c: [CERTIFICATE],
          alg: 'RS256',
        },
      ],
      [
        'rsaNext',
        {
          use: 'sig',
          kid: 'bP3T-LzWxRj9uVcYd7eAh',
          x5t: 'XlRfM4yZpWq0VYc3wkhEp2mEiFv',
          x5c: [CERTIFICATE],
          alg: 'RS256',
        },
      ],
    ],
    token: {
      header: { alg: 'RS256', typ: 'at+jwt', kid: 'NEy9dXqKjQkTWfSgGb2rM' },
      claims: {
        iss: AUTH0,
        aud: 'https://orders.acme.example',
        sub: 'job@clients',
        gty: 'client-credentials',
      },
    },
  },
  {
    what: 'Okta: keys without certificates, and tokens without `typ`',
    spec: { preset: 'okta', issuer: OKTA, audiences: ['api://default'] },
    configuration: {
      issuer: OKTA,
      authorization_endpoint: `${OKTA}/v1/authorize`,
      token_endpoint: `${OKTA}/v1/token`,
      registration_endpoint: 'https://acme.okta.com/oauth2/v1/clients',
      jwks_uri: `${OKTA}/v1/keys`,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      request_object_signing_alg_values_supported: ['HS256', 'RS256', 'ES512'],
      dpop_signing_alg_values_supported: ['RS256', 'ES512'],
    },
    keys: [['rsa', { alg: 'RS256', kid: 'G8sL0c-1bqT4xRrmYVh3kZJwO2dUe5NfWi7pAaKQ9tM', use: 'sig' }]],
    token: {
      header: { kid: 'G8sL0c-1bqT4xRrmYVh3kZJwO2dUe5NfWi7pAaKQ9tM', alg: 'RS256' },
      claims: {
        iss: OKTA,
        aud: 'api://default',
        ver: 1,
        jti: 'AT.x',
        cid: '0oa1',
        scp: ['orders'],
        sub: '0oa1',
      },
    },
  },
  {
    what: 'Cognito: key names in padded base64, and no `aud`',
    spec: { preset: 'cognito', issuer: COGNITO, audiences: ['1example23456789'] },
    configuration: {
      authorization_endpoint: 'https://acme.auth.eu-central-1.amazoncognito.com/oauth2/authorize',
      id_token_signing_alg_values_supported: ['RS256'],
      issuer: COGNITO,
      jwks_uri: `${COGNITO}/.well-known/jwks.json`,
      response_types_supported: ['code', 'token'],
      scopes_supported: ['openid', 'email', 'phone', 'profile'],
      subject_types_supported: ['public'],
    },
    keys: [
      ['rsaNext', { alg: 'RS256', kid: 'q5rYcW0V+Zt8mGJx2nHk3dLeFvB/7uSaTwPi9oOyQ1A=', use: 'sig' }],
      ['rsa', { alg: 'RS256', kid: '2wN6/0dYcKtR+hLqGmZ1vXbJeA3uTfSy8iPo7rWkE5c=', use: 'sig' }],
    ],
    token: {
      header: { kid: '2wN6/0dYcKtR+hLqGmZ1vXbJeA3uTfSy8iPo7rWkE5c=', alg: 'RS256' },
      claims: {
        iss: COGNITO,
        aud: undefined,
        client_id: '1example23456789',
        token_use: 'access',
        version: 2,
      },
    },
  },
  {
    what: 'Google: keys at another host than the issuer',
    spec: { preset: 'google', audiences: ['https://orders.acme.example'] },
    configuration: {
      issuer: 'https://accounts.google.com',
      authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
      token_endpoint: 'https://oauth2.googleapis.com/token',
      jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
      response_types_supported: ['code', 'token', 'id_token', 'code token id_token', 'none'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['plain', 'S256'],
    },
    keys: [
      ['rsa', { use: 'sig', kid: '85e55107466b7e29836199c58c7581f5b923be44', alg: 'RS256' }],
      ['rsaNext', { use: 'sig', kid: '6f7254101f56e41cf35c9926de84a2d552b4c6f1', alg: 'RS256' }],
    ],
    token: {
      header: { alg: 'RS256', kid: '85e55107466b7e29836199c58c7581f5b923be44', typ: 'JWT' },
      claims: {
        iss: 'https://accounts.google.com',
        aud: 'https://orders.acme.example',
        azp: '113774264463038321964',
        email: 'job@acme.iam.gserviceaccount.com',
        email_verified: true,
        sub: '113774264463038321964',
      },
    },
  },
];
