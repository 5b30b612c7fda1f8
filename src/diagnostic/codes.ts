export type Severity = 'error' | 'warning';

/**
 * Codes of all mistakes in a policy folder. `doc` is the condition for the reference page. The `cel_` rows are the
 * codes of problems in expressions.
 */
export const CODES = {
  folder_unreadable: { severity: 'error', doc: 'the policy folder is missing or cannot be read' },
  folder_busy: { severity: 'error', doc: 'git or another program is writing the folder for more than 10 s' },
  commit_unreadable: {
    severity: 'error',
    doc: 'the commit that `--from-commit` reads is missing, damaged or forged',
  },
  dirty_tree: { severity: 'error', doc: 'a file differs from the commit, which `--require-clean` forbids' },
  no_revision: {
    severity: 'error',
    doc: 'the folder has no commit, which `--require-revision` and `--from-commit` require',
  },
  internal_fault: { severity: 'error', doc: 'a fault of Lictor itself, not of the policies' },
  load_timeout: {
    severity: 'error',
    doc: 'loading the folder takes longer than `--load-timeout`; the file is the one that was worked on',
  },
  load_memory: {
    severity: 'error',
    doc: 'loading the folder takes more memory than `--load-memory`; the file is the one that was worked on',
  },
  load_ended: {
    severity: 'error',
    doc: 'the process that loads the folder cannot be started, or another program or the kernel has ended it',
  },
  no_shared_store: {
    severity: 'error',
    doc: 'a limit has `scope: shared`, and `serve` runs without `--redis`',
  },
  file_unreadable: { severity: 'error', doc: 'a file of the folder cannot be read' },
  file_too_large: { severity: 'error', doc: 'a file is larger than 1 MiB' },
  too_many_files: { severity: 'error', doc: 'the folder has more than 10,000 files' },
  folder_too_large: {
    severity: 'error',
    doc: 'the files of the folder have more than 64 MiB, or more than a million values, together',
  },
  folder_skipped: {
    severity: 'warning',
    doc: 'a folder in the policy folder cannot be read, and policies in it would be missing',
  },
  too_large: {
    severity: 'error',
    doc: 'a file or document, or what it expands to, has more parts than a bound allows',
  },
  more_mistakes: { severity: 'warning', doc: 'there are more errors or warnings than are shown' },
  no_policies: { severity: 'error', doc: 'the folder has no `Policy` document' },
  stray_file: { severity: 'error', doc: 'a YAML file has no policy documents and no document refers to it' },
  not_utf8: { severity: 'error', doc: 'a file is not valid UTF-8' },
  yaml_syntax: { severity: 'error', doc: 'a file is not valid YAML' },
  yaml_duplicate_key: { severity: 'error', doc: 'a mapping has the same key twice' },
  yaml_tag: { severity: 'error', doc: 'a value has a tag that is not part of the YAML core schema' },
  yaml_alias: {
    severity: 'error',
    doc: 'an alias has no anchor or contains itself, or a file has more than 100 aliases',
  },
  unknown_version: { severity: 'error', doc: '`apiVersion` is not a supported version' },
  unknown_kind: { severity: 'error', doc: '`kind` is not a kind of the language' },
  unknown_field: { severity: 'error', doc: 'a field is not part of the language' },
  missing_field: { severity: 'error', doc: 'a required field is missing' },
  wrong_type: {
    severity: 'error',
    doc: 'a value has another type than its field requires, such as text instead of a list',
  },
  empty_list: { severity: 'error', doc: 'a list that selects something is empty' },
  unknown_value: { severity: 'error', doc: 'a value is not one of those that its field accepts' },
  out_of_range: { severity: 'error', doc: 'a number is outside of the range of its field' },
  exactly_one: {
    severity: 'error',
    doc: 'none or several of the fields are set of which exactly one is required',
  },
  misplaced_field: { severity: 'error', doc: 'a field has no effect next to the others' },
  invalid_name: { severity: 'error', doc: 'a name is not a valid DNS label, or expressions cannot read it' },
  duplicate_name: {
    severity: 'error',
    doc: 'two documents of a kind, or two parts of a document, have the same name',
  },
  unknown_reference: { severity: 'error', doc: 'a name refers to something that does not exist' },
  invalid_reference: { severity: 'error', doc: 'a file that a document refers to cannot be used' },
  invalid_duration: { severity: 'error', doc: 'a text is not a valid duration such as `30s` or `1h30m`' },
  invalid_time: { severity: 'error', doc: 'a text is not a valid RFC 3339 time' },
  invalid_rate: { severity: 'error', doc: 'a text is not a valid rate such as `100/s`' },
  invalid_status: { severity: 'error', doc: 'Envoy cannot send the status for a denial' },
  invalid_match: { severity: 'error', doc: 'a text in `match` is not methods, a path, or both' },
  invalid_method: { severity: 'error', doc: 'a method is not an HTTP method in upper case' },
  invalid_host: { severity: 'error', doc: 'a host pattern is not valid' },
  invalid_path: { severity: 'error', doc: 'a path or path pattern is not valid' },
  invalid_principal: { severity: 'error', doc: 'a principal pattern is not valid' },
  invalid_record: {
    severity: 'error',
    doc: 'an entry of `record.include` is not the name of a place of the request, or looks like a secret',
  },
  invalid_header: {
    severity: 'error',
    doc: 'a header name or value is not valid in HTTP, or a policy cannot set it',
  },
  invalid_query: {
    severity: 'error',
    doc: 'a name or value of a query parameter is empty or has a control character',
  },
  invalid_url: { severity: 'error', doc: 'keys cannot be fetched from the URL' },
  invalid_keys: { severity: 'error', doc: 'a key set cannot be used' },
  unused_key: { severity: 'warning', doc: 'a key of a key set cannot verify any token of the issuer' },
  invalid_algorithm: { severity: 'error', doc: 'a signature algorithm is not accepted here' },
  invalid_block: {
    severity: 'error',
    doc: 'a text that an expression reads with `cidrs` is neither a CIDR block nor an IP address',
  },
  invalid_descriptors: {
    severity: 'error',
    doc: 'a file that `protobuf` names is not a complete descriptor set with services, or its rules do not compile',
  },
  invalid_schema: { severity: 'error', doc: 'a JSON Schema does not compile' },
  unknown_keyword: {
    severity: 'warning',
    doc: 'a keyword of a JSON Schema has no effect: its dialect does not know or does not read it',
  },
  unknown_format: { severity: 'warning', doc: 'a JSON Schema names a format that is not known' },
  pattern_in_slashes: {
    severity: 'warning',
    doc: 'a pattern of a JSON Schema is written as a literal of JavaScript, with its slashes',
  },
  invalid_openapi: {
    severity: 'error',
    doc: 'an OpenAPI document has a mistake, or a part that is not supported',
  },
  jwt_too_early: {
    severity: 'error',
    doc: 'an expression reads `jwt` and is evaluated before authentication',
  },
  caller_too_early: {
    severity: 'error',
    doc: 'an expression reads `caller` and is evaluated before authentication',
  },
  token_never_verified: {
    severity: 'error',
    doc: 'an expression reads `jwt`, or `from` names a token, and no policy that applies to the same requests verifies a token',
  },
  caller_never_known: {
    severity: 'error',
    doc: 'an expression reads `caller`, or `from` names a peer, and no policy that applies to the same requests authenticates a peer',
  },
  issuer_not_accepted: {
    severity: 'error',
    doc: '`from` names an Issuer, and no policy that applies to the same requests accepts its tokens',
  },
  unmapped_claim: {
    severity: 'error',
    doc: '`from` names a role, or an expression reads `jwt.roles` or `jwt.tenant`, and no Issuer whose tokens are accepted there has `rolesPath` or `tenants`',
  },
  principal_not_accepted: {
    severity: 'error',
    doc: '`from` names a principal that `authenticate.mtls` of the policies for the same requests never lets through',
  },
  same_issuer: {
    severity: 'error',
    doc: 'two issuers of a policy have the same `issuer` and a common place in `from`',
  },
  unused_issuer: { severity: 'warning', doc: 'no policy and no test names the issuer' },
  unknown_environment: {
    severity: 'error',
    doc: 'the chosen Environment does not exist, or none of several is chosen',
  },
  environments_differ: {
    severity: 'error',
    doc: 'a value is missing in an Environment, or has different types in two',
  },
  unused_dataset: { severity: 'warning', doc: 'no expression reads the dataset' },
  unused_fixture: { severity: 'warning', doc: 'no test names the caller or request of TestFixtures' },
  unused_template: { severity: 'warning', doc: 'no policy uses the template' },
  unused_parameter: { severity: 'warning', doc: 'the template does not use its parameter' },
  conflicting_values: {
    severity: 'error',
    doc: 'two policies that apply to the same requests set one name to different texts',
  },
  unused_variable: { severity: 'warning', doc: 'no expression of the policy reads the variable' },
  rule_never_matches: { severity: 'warning', doc: 'a rule matches no request, or its effect never counts' },
  operation_unreachable: {
    severity: 'warning',
    doc: 'no rule allows an operation of the OpenAPI document that the policy requires',
  },
  operation_unknown: {
    severity: 'warning',
    doc: 'an allow rule, or a whole policy, is for paths that its OpenAPI document does not have',
  },
  security_unchecked: {
    severity: 'warning',
    doc: 'an OpenAPI document asks for a scope, token or certificate, and the rule does not',
  },
  deny_shadows_all: {
    severity: 'warning',
    doc: 'a deny rule without a condition is next to allow rules, none of which can then have an effect',
  },
  nobody_admitted: {
    severity: 'warning',
    doc: 'two policies that apply to the same requests accept no common caller',
  },
  open_allow: { severity: 'warning', doc: 'an allow rule requires no peer, no token and no condition' },
  principal_never_admitted: {
    severity: 'warning',
    doc: 'an expression compares the caller with a principal that `authenticate.mtls` never accepts',
  },
  open_route: {
    severity: 'warning',
    doc: 'an allow rule lets anonymous callers in, on a host for which another policy requires a certificate or token',
  },
  public_issuer: {
    severity: 'warning',
    doc: 'an allow rule lets in everybody to whom a public issuer, such as GitHub Actions, gives a token',
  },
  pattern_compared: {
    severity: 'warning',
    doc: 'an expression compares with a text such as `/api/*`, in which `*` stands only for itself',
  },
  claim_not_a_time: {
    severity: 'warning',
    doc: 'an expression compares a claim, which is a number or text, with a timestamp or duration',
  },
  number_in_quotes: {
    severity: 'warning',
    doc: 'an expression orders a value by a number in quotes, which is text',
  },
  claim_is_list: {
    severity: 'warning',
    doc: 'an expression compares a claim that is a list in most tokens, such as `roles`, with a text',
  },
  address_prefix: {
    severity: 'warning',
    doc: 'an expression compares the start of the text of an address, and not a block of addresses',
  },
  dotted_claim: {
    severity: 'warning',
    doc: 'an Issuer, or `from` or `except`, names a claim by a path with dots, which is not followed',
  },
  unusual_issuer: {
    severity: 'warning',
    doc: 'the `issuer` does not have the form that the provider of its preset uses',
  },
  scope_with_space: {
    severity: 'warning',
    doc: '`from` or `except` names a scope with a space in it, which no token has',
  },
  literal_caller: {
    severity: 'warning',
    doc: '`from` or `except` has a value that looks like a pattern, an expression or a comparison, and is compared as it is',
  },
  needless_except: {
    severity: 'warning',
    doc: '`except` names a principal that `from` does not let in anyway',
  },
  text_cut: {
    severity: 'warning',
    doc: 'YAML takes the end of a text without quotes, from `#`, for a comment',
  },
  unread_expression: {
    severity: 'warning',
    doc: 'a text looks like an expression or a variable of another product, and is sent as it is',
  },
  principal_not_spiffe: {
    severity: 'warning',
    doc: 'the principal of a test looks like a SPIFFE ID and is not valid, so that no pattern matches it',
  },
  inexact_integer: {
    severity: 'warning',
    doc: 'an integer beyond 2^53 is in metadata, which has only doubles',
  },
  constant_condition: {
    severity: 'warning',
    doc: 'a condition, or a part of one, has the same value for every request',
  },
  claim_not_required: {
    severity: 'warning',
    doc: 'an expression reads a claim that an issuer of the policy does not require, without a test for its presence',
  },
  key_may_be_missing: {
    severity: 'warning',
    doc: 'an expression reads a header, a query parameter or a key of a dataset that a request may lack, without a test for it',
  },
  token_not_always_verified: {
    severity: 'warning',
    doc: 'an expression reads `jwt`, or `from` names a token, and only for some of the requests a policy verifies a token',
  },
  caller_not_always_known: {
    severity: 'warning',
    doc: 'an expression reads `caller`, or `from` names a peer, and only for some of the requests a policy authenticates a peer',
  },
  forwarded_peer: {
    severity: 'warning',
    doc: 'a policy with `mtls: {from: xfcc}` reads the peer of the connection, which is the proxy',
  },
  unnamed_segment: {
    severity: 'warning',
    doc: 'an expression reads a path parameter that no path of its policy names',
  },
  exception_ended: {
    severity: 'warning',
    doc: 'the `expires` of a rule has passed, and the rule no longer matches any request',
  },
  exception_ends_soon: { severity: 'warning', doc: 'the `expires` of a rule is within the next 14 days' },
  principal_contained: {
    severity: 'warning',
    doc: 'another pattern of the list also matches every principal of the pattern',
  },
  path_contained: {
    severity: 'warning',
    doc: 'another pattern of the list also matches every path of the pattern',
  },
  personal_record: {
    severity: 'warning',
    doc: 'an entry of `record.include` is a claim that is probably personal data, such as `email`',
  },
  lease_too_small: {
    severity: 'warning',
    doc: 'a limit with `mode: leased` has a burst of which no process can take units ahead',
  },
  policy_without_tests: {
    severity: 'warning',
    doc: 'no case of any `PolicyTest` sends a request to which the policy applies',
  },
  invalid_ignore: {
    severity: 'warning',
    doc: 'a `lictor-ignore` comment names no warning or gives no reason',
  },
  unneeded_ignore: { severity: 'warning', doc: 'a `lictor-ignore` comment silences nothing' },
  cel_syntax: { severity: 'error', doc: 'an expression cannot be parsed' },
  cel_unknown_name: {
    severity: 'error',
    doc: 'an expression reads a name, field or function that does not exist',
  },
  cel_type: { severity: 'error', doc: 'the types in an expression do not fit together' },
  cel_result: { severity: 'error', doc: 'an expression has another result type than its field requires' },
  cel_literal: {
    severity: 'error',
    doc: 'a literal in an expression is not valid, such as a regular expression',
  },
  cel_limit: { severity: 'error', doc: 'an expression is too large' },
  cel_costly: {
    severity: 'warning',
    doc: 'a large request can make an expression exceed its steps, which denies the request',
  },
  cel_block_scan: {
    severity: 'warning',
    doc: 'an expression reads a long list of CIDR blocks again for each request',
  },
} as const satisfies Record<string, { readonly severity: Severity; readonly doc: string }>;

export type DiagnosticCode = keyof typeof CODES;
