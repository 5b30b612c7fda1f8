import type { DenialReason } from '../../src/engine/decision/reasons.ts';
import type { CallOptions } from '../support/call.ts';
import type { TokenName } from './tokens.ts';

/** A call that must be denied, with the expected answer. */
export interface RefusalCase {
  readonly name: string;
  /** The default of `workload` is `checkout`. */
  readonly call: CallOptions;
  /** Without a certificate. */
  readonly anonymous?: true;
  /** Token in the `authorization` header. */
  readonly token?: TokenName;
  /** Number of calls, default 1. All but the last must be allowed. */
  readonly repeat?: number;
  readonly reason: DenialReason;
  readonly status: number;
  /** Default for `policy` and `rule`: empty. */
  readonly policy?: string;
  readonly rule?: string;
  /** The whole `detail`, if the policy sets it. */
  readonly detail?: string;
  /** Headers of the answer; null: absent. */
  readonly headers?: Readonly<Record<string, RegExp | null>>;
}

const JSON_TYPE = { 'content-type': 'application/json' } as const;
const ORDER = '{"item":"anvil","count":1}';

function order(
  body: string | undefined,
  path = '/orders',
  headers: CallOptions['headers'] = JSON_TYPE,
): CallOptions {
  return { host: 'bodies.acme.svc', method: 'POST', path, headers, ...(body !== undefined && { body }) };
}

/** An invalid token: 401 with the challenge of RFC 6750, section 3. */
function badToken(token: TokenName, reason: DenialReason, policy = 'tokens'): RefusalCase {
  return {
    name: `${reason}: the token ${token}`,
    call: { host: `${policy}.acme.svc`, path: '/' },
    token,
    reason,
    status: 401,
    policy,
    headers: {
      'www-authenticate': /^Bearer realm="lictor", error="invalid_token", error_description="[^"]+"$/,
    },
  };
}

function ambiguous(path: string): RefusalCase {
  return {
    name: `ambiguous_path: ${path}`,
    call: { host: 'open.acme.svc', path },
    reason: 'ambiguous_path',
    status: 400,
  };
}

/** The mistakes of callers that a real Envoy lets pass. */
export const REFUSALS: readonly RefusalCase[] = [
  {
    name: 'a host that `--hosts` does not name',
    call: { host: 'localhost', path: '/' },
    reason: 'unknown_host',
    status: 421,
  },
  {
    name: 'no_policy',
    call: { host: 'nowhere.acme.svc', path: '/' },
    reason: 'no_policy',
    status: 403,
    headers: { 'www-authenticate': null },
  },
  {
    name: 'no_rule',
    call: { host: 'workloads.acme.svc', path: '/', method: 'DELETE' },
    reason: 'no_rule',
    status: 403,
    policy: 'workloads',
  },
  {
    name: 'rule_denied, with the status, detail and header of its policy',
    call: { host: 'rules.acme.svc', path: '/orders/export' },
    reason: 'rule_denied',
    status: 409,
    policy: 'rules',
    rule: 'no-bulk-export',
    detail: 'bulk export is for the reporting jobs only',
    headers: { 'x-help': /^https:\/\/wiki\.acme\.example\/access$/ },
  },
  {
    name: 'caller_not_allowed: a workload that the policy takes out',
    call: { host: 'callers.acme.svc', path: '/', workload: 'intruder' },
    token: 'good',
    reason: 'caller_not_allowed',
    status: 403,
    policy: 'callers',
    headers: { 'www-authenticate': null },
  },
  {
    name: 'peer_missing: no certificate where a policy names workloads',
    call: { host: 'callers.acme.svc', path: '/' },
    anonymous: true,
    token: 'good',
    reason: 'peer_missing',
    status: 401,
    policy: 'callers',
  },
  {
    name: 'no_rule: the token of another tenant than the rule names',
    call: { host: 'callers.acme.svc', path: '/' },
    token: 'ofAnotherTenant',
    reason: 'no_rule',
    status: 403,
    policy: 'callers',
  },
  {
    name: 'peer_missing: no certificate',
    call: { host: 'workloads.acme.svc', path: '/' },
    anonymous: true,
    reason: 'peer_missing',
    status: 401,
    policy: 'workloads',
  },
  {
    name: 'peer_untrusted: the certificate of another workload',
    call: { host: 'workloads.acme.svc', path: '/', workload: 'intruder' },
    reason: 'peer_untrusted',
    status: 403,
    policy: 'workloads',
  },
  {
    name: 'peer_ambiguous: a certificate with two URI names, of which the first may call',
    call: { host: 'workloads.acme.svc', path: '/', workload: 'twoNames' },
    reason: 'peer_ambiguous',
    status: 403,
    policy: 'workloads',
  },
  {
    name: 'certificate_malformed: more than 64 KiB of PEM',
    call: { host: 'workloads.acme.svc', path: '/', workload: 'manyNames' },
    reason: 'certificate_malformed',
    status: 403,
    policy: 'workloads',
  },
  {
    name: 'token_missing, without an error code',
    call: { host: 'tokens.acme.svc', path: '/' },
    reason: 'token_missing',
    status: 401,
    policy: 'tokens',
    headers: { 'www-authenticate': /^Bearer realm="lictor"$/ },
  },
  badToken('garbage', 'token_malformed'),
  badToken('withACritThatIsUnknown', 'token_malformed'),
  badToken('expired', 'token_expired'),
  badToken('notYetValid', 'token_not_yet_valid'),
  badToken('issuedInTheFuture', 'token_not_yet_valid'),
  badToken('signedByAnother', 'token_bad_signature'),
  badToken('ofAnUnknownIssuer', 'token_unknown_issuer'),
  badToken('forAnotherAudience', 'token_wrong_audience'),
  badToken('good', 'token_not_bound', 'bound'),
  badToken('boundToAnother', 'token_not_bound', 'bound'),
  badToken('ofAnotherType', 'token_wrong_type'),
  badToken('withAnUnknownKey', 'token_unknown_key'),
  badToken('unsigned', 'token_bad_algorithm'),
  badToken('signedWithThePublicKey', 'token_bad_algorithm'),
  badToken('withoutTenant', 'token_claim_missing'),
  badToken('tooOld', 'token_too_old'),
  badToken('tooLarge', 'token_too_large'),
  {
    ...badToken('good', 'token_ambiguous'),
    name: 'token_ambiguous: one token in the header, another in the query',
    call: { host: 'tokens.acme.svc', path: '/?access_token=another' },
    headers: { 'www-authenticate': /error="invalid_request"/ },
  },
  {
    ...badToken('ofAnIssuerThatIsDown', 'keys_unavailable'),
    name: 'keys_unavailable: the issuer does not answer',
    status: 503,
    headers: { 'www-authenticate': null },
  },
  {
    name: 'no_rule: a valid token of another tenant',
    call: { host: 'tokens.acme.svc', path: '/' },
    token: 'ofAnotherTenant',
    reason: 'no_rule',
    status: 403,
    policy: 'tokens',
  },
  ambiguous('/a%2fb'),
  ambiguous('/a%5Cb'),
  ambiguous('/a;v=1/b'),
  ambiguous('/a%252fb'),
  ambiguous('/a%c0%af'),
  {
    name: 'ambiguous_header: a header that is sent twice',
    call: { host: 'limits.acme.svc', path: '/', headers: { 'x-who': ['a', 'b'] } },
    reason: 'ambiguous_header',
    status: 400,
    policy: 'limits',
  },
  {
    name: 'header_missing: a header that the policy requires',
    call: { host: 'tenants.acme.svc', path: '/' },
    reason: 'header_missing',
    status: 400,
    policy: 'tenants',
    detail: 'the header `x-tenant` is missing',
  },
  {
    name: 'header_missing: the header without a value',
    call: { host: 'tenants.acme.svc', path: '/', headers: { 'x-tenant': '' } },
    reason: 'header_missing',
    status: 400,
    policy: 'tenants',
    detail: 'the header `x-tenant` is empty',
  },
  { name: 'body_missing', call: order(undefined), reason: 'body_missing', status: 400, policy: 'bodies' },
  {
    name: 'body_malformed: not JSON',
    call: order('{"item":'),
    reason: 'body_malformed',
    status: 400,
    policy: 'bodies',
  },
  {
    name: 'body_malformed: the same member twice',
    call: order('{"item":"anvil","count":1,"item":"rocket"}'),
    reason: 'body_malformed',
    status: 400,
    policy: 'bodies',
  },
  {
    name: 'body_wrong_type',
    call: order(ORDER, '/orders', { 'content-type': 'text/plain' }),
    reason: 'body_wrong_type',
    status: 415,
    policy: 'bodies',
  },
  {
    name: 'body_too_large: above the maxBytes of the schema',
    call: order(`{"item":"anvil","count":1,"note":"${'n'.repeat(400)}"}`),
    reason: 'body_too_large',
    status: 413,
    policy: 'bodies',
  },
  {
    name: 'body_truncated: above the buffer of the proxy',
    call: order(`{"item":"anvil","count":1,"note":"${'n'.repeat(4000)}"}`, '/imports'),
    reason: 'body_truncated',
    status: 413,
    policy: 'bodies',
  },
  {
    name: 'schema_violation',
    call: order('{"item":"anvil","count":0}'),
    reason: 'schema_violation',
    status: 400,
    policy: 'bodies',
  },
  {
    name: 'rate_limited',
    call: { host: 'limits.acme.svc', path: '/', headers: { 'x-who': 'flood' } },
    repeat: 3,
    reason: 'rate_limited',
    status: 429,
    policy: 'limits',
    rule: 'hourly',
    headers: {
      'retry-after': /^1[78]\d\d$/,
      ratelimit: /^"hourly";r=0;t=1[78]\d\d$/,
      'ratelimit-policy': /^"hourly";q=2;w=3600$/,
    },
  },
  {
    name: 'policy_error: an expression that fails during the evaluation',
    call: { host: 'broken.acme.svc', path: '/' },
    reason: 'policy_error',
    status: 500,
    policy: 'broken',
    rule: 'absent-header',
  },
];
