import type { TokenReason } from '../../../../src/engine/identity/verified-token.ts';

/** Requests in which tokens are at the wrong places. `{token}` is a valid token. */
export interface ForgedRequest {
  readonly what: string;
  readonly path?: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly reason: TokenReason;
  readonly detail: string;
}

const MISSING_DETAIL = 'a token is required and there is none';
const SEVERAL = 'there is more than one token; send exactly one';

export const FORGED_REQUESTS: readonly ForgedRequest[] = [
  ...[
    ['no header', {}],
    ['an empty header', { authorization: '' }],
    ['the scheme alone', { authorization: 'Bearer' }],
    ['the scheme and a space', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: 'Basic {token}' }],
    ['DPoP, whose proof nobody checks', { authorization: 'DPoP {token}' }],
    ['no scheme', { authorization: '{token}' }],
    ['no space after the scheme', { authorization: 'Bearer{token}' }],
    ['a header that is not named', { 'x-access-token': '{token}' }],
    ['a cookie in another case', { cookie: 'Session={token}' }],
    ['the header of a proxy', { 'proxy-authorization': 'Bearer {token}' }],
  ].map(([what, headers]) => ({
    what: what as string,
    headers: headers as ForgedRequest['headers'],
    reason: 'token_missing' as const,
    detail: MISSING_DETAIL,
  })),
  {
    what: 'a parameter that is not named',
    path: '/?token={token}',
    headers: {},
    reason: 'token_missing',
    detail: MISSING_DETAIL,
  },
  ...[
    ['a header and a cookie', '/', { authorization: 'Bearer {token}', cookie: 'session={token}' }],
    ['a header and an empty token in a parameter', '/?access_token=x', { authorization: 'Bearer {token}' }],
    ['two cookies', '/', { cookie: 'session={token}; session={token}' }],
    ['two cookies, the other one first', '/', { cookie: 'session=x; session={token}' }],
    ['two parameters', '/?access_token={token}&access_token={token}', {}],
    ['a parameter and a cookie', '/?access_token={token}', { cookie: 'session=x' }],
    ['two headers', '/', { authorization: ['Bearer {token}', 'Bearer {token}'] }],
    ['two tokens in a header', '/', { authorization: 'Bearer {token}, Bearer {token}' }],
  ].map(([what, path, headers]) => ({
    what: what as string,
    path: path as string,
    headers: headers as ForgedRequest['headers'],
    reason: 'token_ambiguous' as const,
    detail: SEVERAL,
  })),
];
