import { NOW_SECONDS } from '../tokens.ts';
import { each, type ForgedTokens, tokenWith } from './builders.ts';

const ISSUERS: ForgedTokens = {
  reason: 'token_unknown_issuer',
  detail: 'tokens of this issuer (`iss`) are not accepted here',
  rows: [
    ['no iss', tokenWith({ iss: undefined })],
    ...each(
      [
        '',
        'https://evil.example',
        'https://login.acme.example/',
        'https://login.acme.example.',
        'https://login.acme.example:443',
        'http://login.acme.example',
        'HTTPS://login.acme.example',
        'https://LOGIN.acme.example',
        'https://login.acme.example#',
        'https://login.acme.example?',
        'https://login.acme.example ',
        ' https://login.acme.example',
        'https://login.acme.example\0',
        'https://login.acme.example\n',
        'https://login.acme.example/../evil',
        'https://evil.example#https://login.acme.example',
        'https://login.acme.example@evil.example',
        'https://login.аcme.example',
        'login.acme.example',
        'acme',
        'spiffe://acme.example',
      ],
      (iss) => `iss: ${JSON.stringify(iss)}`,
      (iss) => tokenWith({ iss }),
    ),
  ],
};

const AUDIENCES: ForgedTokens = {
  reason: 'token_wrong_audience',
  detail: 'the token is for another audience (`aud`)',
  rows: [
    ['no aud', tokenWith({ aud: undefined })],
    ...each(
      [
        [],
        '',
        'payments',
        'Orders',
        'orders ',
        ' orders',
        'orders\0',
        'orders,shop',
        'orders shop',
        '*',
        'order',
        'orderss',
        'https://orders',
        ['payments', 'Orders'],
        ['orders '],
        ['ord', 'ers'],
      ],
      (aud) => `aud: ${JSON.stringify(aud)}`,
      (aud) => tokenWith({ aud }),
    ),
  ],
};

const HOUR = 3600;
const SKEW = 30;

const EXPIRED: ForgedTokens = {
  reason: 'token_expired',
  detail: 'the token has expired',
  rows: each(
    [NOW_SECONDS - SKEW, NOW_SECONDS - SKEW - 0.001, NOW_SECONDS - HOUR, 0, 1, -1, -1e15, 1e-300],
    (exp) => `exp: ${exp}`,
    (exp) => tokenWith({ exp, iat: NOW_SECONDS - 60 }),
  ),
};

const NOT_YET: readonly ForgedTokens[] = [
  {
    reason: 'token_not_yet_valid',
    detail: 'the token is not valid yet (`nbf`)',
    rows: each(
      [NOW_SECONDS + SKEW + 0.001, NOW_SECONDS + SKEW + 1, NOW_SECONDS + HOUR, NOW_SECONDS * 1000, 1e300],
      (nbf) => `nbf: ${nbf}`,
      (nbf) => tokenWith({ nbf }),
    ),
  },
  {
    reason: 'token_not_yet_valid',
    detail: 'the token says that it was issued in the future (`iat`)',
    rows: each(
      [NOW_SECONDS + SKEW + 0.001, NOW_SECONDS + SKEW + 1, NOW_SECONDS + HOUR, NOW_SECONDS * 1000],
      (iat) => `iat: ${iat}`,
      (iat) => tokenWith({ iat }),
    ),
  },
];

const AGE: ForgedTokens = {
  reason: 'token_too_old',
  detail: 'the token was issued too long ago',
  rows: each(
    [NOW_SECONDS - HOUR - SKEW - 0.001, NOW_SECONDS - HOUR - SKEW - 1, NOW_SECONDS - 24 * HOUR, 0, -1],
    (iat) => `iat: ${iat}`,
    (iat) => tokenWith({ iat }),
  ),
};

const TYPES: ForgedTokens = {
  reason: 'token_wrong_type',
  detail: '`typ` of the token is not accepted here',
  rows: each(
    [
      '',
      'JWS',
      'JWE',
      'JOSE',
      'ID',
      'id_token',
      'logout+jwt',
      'secevent+jwt',
      'dpop+jwt',
      'client-authentication+jwt',
      'oauth-authz-req+jwt',
      'token-introspection+jwt',
      'vc+sd-jwt',
      'jwt+at',
      'at+jwt ',
      ' JWT',
      'JWT;charset=utf-8',
      'application/',
      'application/jws',
      'application/application/jwt',
      'text/jwt',
      'at_jwt',
      'Bearer',
    ],
    (typ) => `typ: ${JSON.stringify(typ)}`,
    (typ) => tokenWith({}, { typ }),
  ),
};

const MISSING: readonly ForgedTokens[] = [
  ...(
    [
      ['exp', 'the token has no `exp`'],
      ['iat', 'the token has no `iat`, which its age is counted from'],
      ['tenant', 'the token has no `tenant` claim'],
      ['use', 'the `use` claim of the token is not accepted here'],
    ] as const
  ).map(
    ([name, detail]): ForgedTokens => ({
      reason: 'token_claim_missing',
      detail,
      rows: [[`no ${name}`, tokenWith({ [name]: undefined })]],
    }),
  ),
  {
    reason: 'token_claim_missing',
    detail: 'the token has no `tenant` claim',
    rows: [
      ['tenant: null', tokenWith({ tenant: null })],
      ['a tenant in another case', tokenWith({ tenant: undefined, Tenant: 'acme' })],
      ['a tenant within another claim', tokenWith({ tenant: undefined, x: { tenant: 'acme' } })],
    ],
  },
  {
    reason: 'token_claim_missing',
    detail: 'the `use` claim of the token is not accepted here',
    rows: each(
      ['id', 'refresh', 'Access', 'access ', null, 1, [], {}, ['id'], { access: true }],
      (use) => `use: ${JSON.stringify(use)}`,
      (use) => tokenWith({ use }),
    ),
  },
];

const LARGE: ForgedTokens = {
  reason: 'token_too_large',
  detail: 'the token is longer than 16 KiB',
  rows: [
    ['16,385 characters', 'a'.repeat(16 * 1024 + 1)],
    ['a valid token with a large claim', tokenWith({ filler: 'f'.repeat(13_000) })],
    ['dots', '.'.repeat(17_000)],
  ],
};

export const FORGED_CLAIMS: readonly ForgedTokens[] = [
  ISSUERS,
  AUDIENCES,
  EXPIRED,
  ...NOT_YET,
  AGE,
  TYPES,
  ...MISSING,
  LARGE,
];
