import { CERTIFICATE, type RecordedProvider } from './recorded.ts';

const GITHUB = 'https://token.actions.githubusercontent.com';
const EKS = 'https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
const GKE = 'https://container.googleapis.com/v1/projects/acme/locations/europe-west3/clusters/shop';
const CLUSTER = 'https://kubernetes.default.svc.cluster.local';
const SPIRE = 'https://oidc.acme.example';

const KUBERNETES = {
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
} as const;

const KUBERNETES_KEY = {
  use: 'sig',
  kid: 'f-R6V7EHyyOCZd2eAy6y4Rv3X1C6n8bkqGx0sTlQJ5w',
  alg: 'RS256',
} as const;

const serviceAccount = (iss: string) => ({
  header: { alg: 'RS256', kid: KUBERNETES_KEY.kid },
  claims: {
    iss,
    aud: ['orders'],
    jti: 'ea28ed49-2e11-4280-9ec5-bc3d1d84661a',
    'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'checkout', uid: 'a087d5a0' } },
    sub: 'system:serviceaccount:shop:checkout',
  },
});

const SVID = {
  header: { alg: 'ES256', kid: 'C6vs25welZOx6WksNYfbMfiw9l96pMnD', typ: 'JWT' },
  claims: { aud: ['orders'], sub: 'spiffe://acme.example/ns/shop/sa/checkout' },
} as const;

export const WORKLOAD_ISSUERS: readonly RecordedProvider[] = [
  {
    what: 'GitHub Actions: names of keys of two kinds, one key with a certificate',
    spec: { preset: 'github-actions', audiences: ['https://deploy.acme.example'] },
    configuration: {
      issuer: GITHUB,
      jwks_uri: `${GITHUB}/.well-known/jwks`,
      subject_types_supported: ['public', 'pairwise'],
      response_types_supported: ['id_token'],
      claims_supported: ['sub', 'aud', 'exp', 'iat', 'iss', 'jti', 'nbf', 'ref', 'repository', 'workflow'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
    },
    keys: [
      ['rsa', { alg: 'RS256', use: 'sig', kid: 'cc413527-173f-5a05-976e-9c52b1d7b431' }],
      [
        'rsaNext',
        {
          alg: 'RS256',
          use: 'sig',
          kid: '38826B17-6A30-5F9B-B169-8BEB8202F723',
          x5c: [CERTIFICATE],
          x5t: 'ykNaY4qM_ta4k2TgZOCEYLkcYlA',
        },
      ],
    ],
    token: {
      header: {
        typ: 'JWT',
        alg: 'RS256',
        x5t: 'ykNaY4qM_ta4k2TgZOCEYLkcYlA',
        kid: 'cc413527-173f-5a05-976e-9c52b1d7b431',
      },
      claims: {
        iss: GITHUB,
        aud: 'https://deploy.acme.example',
        sub: 'repo:acme/shop:environment:production',
        repository: 'acme/shop',
        repository_owner: 'acme',
        ref: 'refs/heads/main',
      },
    },
  },
  {
    what: 'GitLab: two keys, of which the second signs',
    spec: { preset: 'gitlab', audiences: ['https://deploy.acme.example'] },
    configuration: {
      issuer: 'https://gitlab.com',
      authorization_endpoint: 'https://gitlab.com/oauth/authorize',
      token_endpoint: 'https://gitlab.com/oauth/token',
      jwks_uri: 'https://gitlab.com/oauth/discovery/keys',
      scopes_supported: ['api', 'read_api', 'sudo', 'openid', 'profile', 'email'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      claim_types_supported: ['normal'],
    },
    keys: [
      ['rsaNext', { kid: 'kewiQq9jiC84CvSsJYOB-N6A8WFLSV20Mb-y7IlWDSQ', use: 'sig', alg: 'RS256' }],
      ['rsa', { kid: '4i3sFE7sxqNPOT7FdvcGA1ZVGGI_r-tsDXnEuYT4ZqE', use: 'sig', alg: 'RS256' }],
    ],
    token: {
      header: { kid: '4i3sFE7sxqNPOT7FdvcGA1ZVGGI_r-tsDXnEuYT4ZqE', typ: 'JWT', alg: 'RS256' },
      claims: {
        iss: 'https://gitlab.com',
        aud: 'https://deploy.acme.example',
        sub: 'project_path:acme/shop:ref_type:branch:ref:main',
        namespace_path: 'acme',
        project_path: 'acme/shop',
        ref_protected: 'true',
      },
    },
  },
  {
    what: 'Kubernetes on EKS',
    spec: { preset: 'kubernetes', issuer: EKS, audiences: ['orders'] },
    configuration: { ...KUBERNETES, issuer: EKS, jwks_uri: `${EKS}/keys`, claims_supported: ['sub', 'iss'] },
    keys: [['rsa', { ...KUBERNETES_KEY }]],
    token: serviceAccount(EKS),
  },
  {
    what: 'Kubernetes on GKE',
    spec: { preset: 'kubernetes', issuer: GKE, audiences: ['orders'] },
    configuration: {
      ...KUBERNETES,
      issuer: GKE,
      jwks_uri: `${GKE}/jwks`,
      grant_types: ['urn:kubernetes:grant_type:programmatic_authorization'],
    },
    keys: [['rsa', { ...KUBERNETES_KEY }]],
    token: serviceAccount(GKE),
  },
  {
    what: 'Kubernetes: a cluster of one`s own, with the flag --service-account-jwks-uri',
    spec: { preset: 'kubernetes', issuer: CLUSTER, audiences: ['orders'] },
    configuration: { ...KUBERNETES, issuer: CLUSTER, jwks_uri: `${CLUSTER}/openid/v1/jwks` },
    keys: [
      ['rsa', { ...KUBERNETES_KEY }],
      ['ec', { use: 'sig', kid: 'hT7mPq2sVbX0yK9dWfLcGz4nRj8uEiAo1MvBt5xYQ6k', alg: 'ES256' }],
    ],
    token: serviceAccount(CLUSTER),
  },
  {
    what: 'SPIRE: the discovery provider, whose keys have no `alg` and no `use`',
    spec: { preset: 'spire', issuer: SPIRE, audiences: ['orders'] },
    configuration: {
      issuer: SPIRE,
      jwks_uri: `${SPIRE}/keys`,
      authorization_endpoint: '',
      response_types_supported: ['id_token'],
      subject_types_supported: [],
      id_token_signing_alg_values_supported: ['RS256', 'ES256', 'ES384'],
    },
    keys: [
      ['ec', { kid: 'C6vs25welZOx6WksNYfbMfiw9l96pMnD' }],
      ['rsa', { kid: 'gHTCunJbefYtnZnTctd84xeRWyMrEsWD' }],
    ],
    token: { header: SVID.header, claims: { ...SVID.claims, iss: SPIRE } },
  },
  {
    what: 'SPIRE: the bundle of a trust domain, with X.509 authorities, for JWT-SVIDs without `iss`',
    spec: {
      preset: 'spire',
      trustDomain: 'acme.example',
      audiences: ['orders'],
      keys: { jwksUri: 'https://bundle.acme.example:8443' },
    },
    keys: [
      ['rsa', { use: 'x509-svid', x5c: [CERTIFICATE] }],
      ['ec', { use: 'jwt-svid', kid: 'C6vs25welZOx6WksNYfbMfiw9l96pMnD' }],
      ['ecNext', { use: 'jwt-svid', kid: 'PKo4mDSjTvB2DZ7QvLCz6UgnSoQHxvWN' }],
    ],
    set: { spiffe_sequence: 42, spiffe_refresh_hint: 300 },
    ignored: ['/keys/0: the key is not for signatures (`use`, `key_ops`)'],
    token: { header: SVID.header, claims: { ...SVID.claims, iss: undefined } },
  },
];
