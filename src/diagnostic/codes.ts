export type Severity = 'error' | 'warning';

/**
 * All kinds of mistakes in a policy folder. `doc` is the condition under which one is reported, for the reference page.
 * The `cel_` rows are for problems of the expression language.
 */
export const CODES = {
  folder_unreadable: { severity: 'error', doc: 'the policy folder is missing or cannot be read' },
  no_revision: {
    severity: 'error',
    doc: 'the folder is under no commit, which `--require-revision` asks for',
  },
  internal_fault: { severity: 'error', doc: 'a fault of the program itself, not of the policies' },
  file_unreadable: { severity: 'error', doc: 'a file of the folder cannot be read' },
  file_too_large: { severity: 'error', doc: 'a file is larger than 1 MiB' },
  too_many_files: { severity: 'error', doc: 'the folder holds more than 10,000 files' },
  no_policies: { severity: 'error', doc: 'the folder holds no `Policy` document' },
  stray_file: {
    severity: 'error',
    doc: 'a YAML file holds no policy documents and no document refers to it',
  },
  not_utf8: { severity: 'error', doc: 'a file is not UTF-8 text' },
  yaml_syntax: { severity: 'error', doc: 'a file is not YAML' },
  yaml_duplicate_key: { severity: 'error', doc: 'a mapping has the same key twice' },
  yaml_tag: { severity: 'error', doc: 'a value carries a tag that is not one of the YAML core schema' },
  yaml_alias: {
    severity: 'error',
    doc: 'an alias names no anchor or contains itself, or a file has more than 100 aliases',
  },
  unknown_version: { severity: 'error', doc: '`apiVersion` is not one that this program reads' },
  unknown_kind: { severity: 'error', doc: '`kind` is not one of the language' },
  unknown_field: { severity: 'error', doc: 'a field that the language does not have' },
  missing_field: { severity: 'error', doc: 'a required field is absent' },
  wrong_type: {
    severity: 'error',
    doc: 'a value is of another shape than its field wants: text, list, mapping',
  },
  empty_list: { severity: 'error', doc: 'a list that selects something is empty' },
  unknown_value: { severity: 'error', doc: 'a value is none of those that its field knows' },
  out_of_range: { severity: 'error', doc: 'a number lies outside of what its field allows' },
  exactly_one: { severity: 'error', doc: 'none or several of fields of which exactly one is wanted' },
  misplaced_field: { severity: 'error', doc: 'a field that has no meaning beside the others' },
  not_supported: { severity: 'error', doc: 'part of the language, but not of this version' },
  invalid_name: { severity: 'error', doc: 'a name is no DNS label' },
  duplicate_name: {
    severity: 'error',
    doc: 'two documents of a kind, or two parts of a document, share a name',
  },
  unknown_reference: { severity: 'error', doc: 'a name of something that is not there' },
  invalid_reference: { severity: 'error', doc: 'a file that a document refers to cannot be used' },
  invalid_duration: { severity: 'error', doc: 'text is no duration such as `30s` or `1h30m`' },
  invalid_time: { severity: 'error', doc: 'text is no RFC 3339 time' },
  invalid_rate: { severity: 'error', doc: 'text is no rate such as `100/s`' },
  invalid_status: { severity: 'error', doc: 'a status that Envoy would not send for a refusal' },
  invalid_method: { severity: 'error', doc: 'a method is no HTTP token in upper case' },
  invalid_host: { severity: 'error', doc: 'a host pattern cannot be read' },
  invalid_path: { severity: 'error', doc: 'a path or path pattern cannot be read' },
  invalid_principal: { severity: 'error', doc: 'a principal pattern cannot be read' },
  invalid_header: { severity: 'error', doc: 'a header name or value that HTTP or Envoy does not take' },
  invalid_url: { severity: 'error', doc: 'a URL that keys are not fetched from' },
  invalid_keys: { severity: 'error', doc: 'a key set cannot be used' },
  unused_key: { severity: 'warning', doc: 'a key of a key set can verify no token of the issuer' },
  invalid_algorithm: { severity: 'error', doc: 'a signature algorithm that is not accepted here' },
  invalid_schema: { severity: 'error', doc: 'a JSON Schema does not compile' },
  jwt_too_early: { severity: 'error', doc: 'an expression that runs before authentication reads `jwt`' },
  unused_issuer: { severity: 'warning', doc: 'no policy and no test names the issuer' },
  unknown_environment: {
    severity: 'error',
    doc: 'the Environment that was asked for is not there, or none of several was named',
  },
  environments_differ: {
    severity: 'error',
    doc: 'Environments do not name the same values, or not of the same type',
  },
  unused_dataset: { severity: 'warning', doc: 'no expression reads the dataset' },
  unused_template: { severity: 'warning', doc: 'no policy uses the template' },
  unused_parameter: { severity: 'warning', doc: 'a parameter stands nowhere in its template' },
  conflicting_values: {
    severity: 'error',
    doc: 'two policies that govern the same requests set one name to different texts',
  },
  unused_variable: { severity: 'warning', doc: 'no expression of the policy reads the variable' },
  rule_never_matches: {
    severity: 'warning',
    doc: 'a rule that no request can match, or whose verdict never counts',
  },
  deny_shadows_all: {
    severity: 'warning',
    doc: 'a deny rule without condition stands beside allow rules, none of which can then allow',
  },
  open_allow: {
    severity: 'warning',
    doc: 'an allow rule that asks for no peer, no token and no condition',
  },
  constant_condition: {
    severity: 'warning',
    doc: 'a condition, or a part of one, comes to the same whatever the request',
  },
  claim_not_required: {
    severity: 'warning',
    doc: 'a condition reads a claim that no issuer of the policy requires, and does not ask whether it is there',
  },
  unnamed_segment: {
    severity: 'warning',
    doc: 'an expression reads a path parameter that no path of its policy names',
  },
  exception_ended: {
    severity: 'warning',
    doc: 'a rule has reached its `expires` and matches nothing any more',
  },
  exception_ends_soon: { severity: 'warning', doc: 'a rule reaches its `expires` within 14 days' },
  principal_contained: {
    severity: 'warning',
    doc: 'another pattern of the list names the same principals, too',
  },
  path_contained: { severity: 'warning', doc: 'another pattern of the list selects the same paths, too' },
  policy_without_tests: { severity: 'warning', doc: 'no case of any `PolicyTest` reaches the policy' },
  invalid_ignore: { severity: 'warning', doc: 'a `lictor-ignore` comment that cannot silence anything' },
  unneeded_ignore: { severity: 'warning', doc: 'a `lictor-ignore` comment that silences nothing' },
  cel_syntax: { severity: 'error', doc: 'an expression cannot be parsed' },
  cel_unknown_name: {
    severity: 'error',
    doc: 'an expression reads a name, field or function that does not exist',
  },
  cel_type: { severity: 'error', doc: 'the types in an expression do not fit together' },
  cel_result: { severity: 'error', doc: 'an expression gives a value of another type than its field wants' },
  cel_literal: {
    severity: 'error',
    doc: 'a literal in an expression is wrong, such as a regular expression',
  },
  cel_limit: { severity: 'error', doc: 'an expression is too large' },
  cel_costly: {
    severity: 'warning',
    doc: 'a large request can make an expression so costly that it is given up, which refuses the request',
  },
} as const satisfies Record<string, { readonly severity: Severity; readonly doc: string }>;

export type DiagnosticCode = keyof typeof CODES;
