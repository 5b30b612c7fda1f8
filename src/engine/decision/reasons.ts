/** Codes of `google.rpc.Code` that answers carry, in Envoy's `status` and toward gRPC callers. */
export const GRPC_CODES = {
  OK: 0,
  INVALID_ARGUMENT: 3,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

type GrpcCode = keyof typeof GRPC_CODES;

interface ReasonRow {
  /** HTTP status; a rule may name another one. */
  readonly status: number;
  /** Code for that status; for a status of a rule, `grpcCodeOf` has the code. */
  readonly grpc: GrpcCode;
  /**
   * `WWW-Authenticate: Bearer` of RFC 6750, section 3, with this `error`, and without one if the request carried no
   * token; `insufficient_scope` only where scopes are what the token lacks. Absent: no challenge.
   */
  readonly challenge?: 'no_error' | 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  /** Title of the problem document (RFC 9457). */
  readonly title: string;
  /** Condition under which the reason occurs, for the reference page. */
  readonly doc: string;
}

/** The closed table of reasons. */
export const REASONS = {
  allowed: { status: 200, grpc: 'OK', title: 'Allowed', doc: 'a complete evaluation allowed the request' },
  unknown_host: {
    // RFC 9110, section 15.5.20: the server does not answer for the host; a client may ask by another connection.
    status: 421,
    grpc: 'PERMISSION_DENIED',
    title: 'This host is not served here',
    doc: 'the host is none of those that `--hosts` names',
  },
  no_policy: {
    status: 403,
    grpc: 'PERMISSION_DENIED',
    title: 'No policy governs this request',
    doc: 'no enforcing policy selects the request',
  },
  no_rule: {
    status: 403,
    grpc: 'PERMISSION_DENIED',
    challenge: 'insufficient_scope',
    title: 'No rule allows this request',
    doc: 'policies apply, and none of their allow rules matches',
  },
  rule_denied: {
    status: 403,
    grpc: 'PERMISSION_DENIED',
    title: 'Denied by a rule',
    doc: 'a deny rule matches',
  },
  caller_not_allowed: {
    status: 403,
    grpc: 'PERMISSION_DENIED',
    challenge: 'insufficient_scope',
    title: 'This caller may not call',
    doc: '`from` of a policy does not name the caller, or its `except` does',
  },
  peer_missing: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    title: 'A client certificate is required',
    doc: 'a policy requires mTLS, by `mtls` or by the principals of its rules, and the peer has no identity',
  },
  peer_untrusted: {
    status: 403,
    grpc: 'PERMISSION_DENIED',
    title: 'This workload may not call',
    doc: "the peer's identity is in none of a policy's principals, or its certificate does not contain it",
  },
  peer_ambiguous: {
    status: 403,
    grpc: 'PERMISSION_DENIED',
    title: 'The identity of the peer is ambiguous',
    doc: 'the certificate of the peer has several URI names, or `x-forwarded-client-cert` cannot be read in exactly one way',
  },
  certificate_malformed: {
    status: 403,
    grpc: 'PERMISSION_DENIED',
    title: 'The client certificate cannot be read',
    doc: 'a policy reads the certificate of the peer, and it is not a valid certificate, programs read it in different ways, or it is longer than 64 KiB of PEM',
  },
  token_missing: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'no_error',
    title: 'A token is required',
    doc: 'the request has no token in any location that the issuers name',
  },
  token_malformed: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token is malformed',
    doc: 'the token is not a signed JWT in compact form, or has a `crit` that is not understood',
  },
  token_too_large: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token is too large',
    doc: 'the token is longer than 16 KiB',
  },
  token_ambiguous: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_request',
    title: 'More than one token',
    doc: 'the request has more than one token in the locations that the issuers name',
  },
  token_expired: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token has expired',
    doc: '`exp` and the clock skew have passed',
  },
  token_not_yet_valid: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token is not valid yet',
    doc: '`nbf` or `iat` lies in the future',
  },
  token_bad_signature: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token signature is wrong',
    doc: "the signature does not verify with the issuer's key",
  },
  token_unknown_issuer: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token issuer is not accepted',
    doc: "`iss` is none of the policy's issuers",
  },
  token_wrong_audience: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token is for another audience',
    doc: "`aud` holds none of the issuer's audiences",
  },
  token_wrong_type: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token is of another type',
    doc: '`typ` is not accepted',
  },
  token_unknown_key: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token key is unknown',
    doc: 'no key of the issuer fits the token',
  },
  token_bad_algorithm: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token algorithm is not accepted',
    doc: '`alg` is not in the allowlist',
  },
  token_claim_missing: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token lacks a claim',
    doc: 'a required claim is absent',
  },
  token_too_old: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token was issued too long ago',
    doc: '`iat` is older than `maxAge`',
  },
  token_not_bound: {
    status: 401,
    grpc: 'UNAUTHENTICATED',
    challenge: 'invalid_token',
    title: 'The token is not bound to this certificate',
    doc: 'a policy has `bind: certificate`, and `x5t#S256` in `cnf` of the token is not the digest of the certificate of the caller, or one of the two is missing',
  },
  keys_unavailable: {
    status: 503,
    grpc: 'UNAVAILABLE',
    title: 'Token keys are unavailable',
    doc: "the issuer's keys could not be fetched",
  },
  ambiguous_method: {
    status: 400,
    grpc: 'INVALID_ARGUMENT',
    title: 'The method is ambiguous',
    doc: 'the method has a lower-case letter: some servers read `delete` as `DELETE`, others do not',
  },
  ambiguous_path: {
    status: 400,
    grpc: 'INVALID_ARGUMENT',
    title: 'The path is ambiguous',
    doc: 'servers would read the path in different ways',
  },
  header_missing: {
    status: 400,
    grpc: 'INVALID_ARGUMENT',
    title: 'A header is missing',
    doc: 'the request lacks a header of `requireHeaders`, or has it without a value; `detail` names the header',
  },
  ambiguous_header: {
    status: 400,
    grpc: 'INVALID_ARGUMENT',
    title: 'A header is ambiguous',
    doc: 'a policy reads a header as one value, and the request has it more than once, in two spellings, or with bytes that are not UTF-8',
  },
  body_missing: {
    status: 400,
    grpc: 'INVALID_ARGUMENT',
    title: 'A body is required',
    doc: 'a policy reads the body and there is none',
  },
  body_truncated: {
    status: 413,
    grpc: 'INVALID_ARGUMENT',
    title: 'The body is too large to be checked',
    doc: 'a policy reads the body, and the proxy sent only a part of it or cannot tell where it ends',
  },
  body_too_large: {
    status: 413,
    grpc: 'INVALID_ARGUMENT',
    title: 'The body is too large',
    doc: "the body is longer than the schema's `maxBytes`",
  },
  body_wrong_type: {
    status: 415,
    grpc: 'INVALID_ARGUMENT',
    title: 'The content type is not supported',
    doc: 'a policy reads the body, and it is declared as something else than JSON, or gRPC for a method of its descriptor set; or the body or a message in it is compressed',
  },
  body_malformed: {
    status: 400,
    grpc: 'INVALID_ARGUMENT',
    title: 'The body is malformed',
    doc: 'the body is not JSON or not the messages of its method, parsers read it in different ways (a member twice or in two cases, a number that loses digits, a field in another form than declared), or the proxy may have replaced bytes of it',
  },
  schema_violation: {
    status: 400,
    grpc: 'INVALID_ARGUMENT',
    title: 'The request does not fit the schema',
    doc: 'the request does not fit a schema of a policy: its body, what an OpenAPI document says of its operation and parameters, or what a descriptor set says of its method and messages',
  },
  rate_limited: {
    status: 429,
    grpc: 'RESOURCE_EXHAUSTED',
    title: 'Too many requests',
    doc: 'a limit is exhausted',
  },
  limit_unavailable: {
    status: 503,
    grpc: 'UNAVAILABLE',
    title: 'Limits are unavailable',
    doc: 'the shared store of limits does not answer and the limit denies then',
  },
  policy_error: {
    status: 500,
    grpc: 'INTERNAL',
    title: 'A policy failed',
    doc: 'an expression failed during the decision',
  },
  internal_error: {
    status: 500,
    grpc: 'INTERNAL',
    title: 'The decision failed',
    doc: 'a fault of Lictor itself',
  },
  not_ready: { status: 503, grpc: 'UNAVAILABLE', title: 'Not ready', doc: 'no policy set is live' },
  overloaded: {
    status: 503,
    grpc: 'UNAVAILABLE',
    title: 'Overloaded',
    doc: 'more checks are in flight than `--max-inflight` allows, or too many new tokens wait for the check of their signature',
  },
  deadline_exceeded: {
    status: 503,
    grpc: 'UNAVAILABLE',
    title: 'Out of time',
    doc: 'the decision was not complete at the deadline',
  },
  bad_check: {
    status: 400,
    grpc: 'INVALID_ARGUMENT',
    title: 'The check cannot be read',
    doc: 'the message of the proxy is not a CheckRequest',
  },
  not_http: {
    status: 403,
    grpc: 'PERMISSION_DENIED',
    title: 'Not an HTTP request',
    doc: 'the proxy asks about something that is not HTTP',
  },
} as const satisfies Record<string, ReasonRow>;

export type Reason = keyof typeof REASONS;
export type DenialReason = Exclude<Reason, 'allowed'>;

const GRPC_BY_STATUS: Readonly<Record<number, GrpcCode>> = Object.fromEntries(
  Object.values(REASONS).map(({ status, grpc }) => [status, grpc]),
);

/** The code for a reason; if a rule gave the status, that of the reasons with this status, else by its class. */
export function grpcCodeOf(reason: DenialReason, status: number): number {
  const row = REASONS[reason];
  if (row.status === status) return GRPC_CODES[row.grpc];
  return GRPC_CODES[GRPC_BY_STATUS[status] ?? (status >= 500 ? 'INTERNAL' : 'PERMISSION_DENIED')];
}

/** Parameters of the Bearer challenge that a denial for this reason carries; undefined: it carries none. */
export function challengeOf(reason: DenialReason): Pick<ReasonRow, 'challenge' | 'title'> | undefined {
  const row: ReasonRow = REASONS[reason];
  return row.challenge === undefined ? undefined : row;
}
