/** Messages of failed evaluations, by code. INVARIANT: no message contains data of a request. */
const FAILURES = {
  no_such_key: 'no such key',
  no_such_field: 'no such field',
  bad_field: 'a value does not fit the field',
  bad_enum: 'a string is not the name of a value of the enum',
  bad_any: 'a `google.protobuf.Any` could not be unpacked',
  index_out_of_range: 'an index is out of range',
  no_such_overload: 'a function does not take values of these types',
  no_such_operation: 'an operator does not take values of these types',
  no_value: 'a name has no value',
  unknown_name: 'a name is not declared',
  unknown_function: 'a function is not declared',
  wrong_type: 'the value of a name does not have the declared type',
  unreadable: 'a value could not be read',
  division_by_zero: 'division by zero',
  out_of_range: 'a number is out of range',
  no_bool: 'an operand of a logical operator is not a bool',
  no_condition: 'a condition is not a bool',
  no_entry: 'an entry of `transformMapEntry` is not a map',
  no_elements: 'a value that is neither a list nor a map has no elements',
  no_optional: 'a value is not an optional',
  optional_empty: 'an optional has no value',
  bad_key: 'a key of a map is not a string, int, uint or bool',
  duplicate_key: 'a map has the same key twice',
  bad_timestamp: 'a string or number is not a valid timestamp',
  bad_duration: 'a string is not a valid duration',
  time_out_of_range: 'a time is out of range',
  bad_time_zone: 'a string is not a valid time zone',
  bad_int: 'a string is not a valid int',
  bad_uint: 'a string is not a valid uint',
  bad_double: 'a string is not a valid double',
  bad_bool: 'a string is not a valid bool',
  bad_utf8: 'bytes are not valid UTF-8',
  bad_base64: 'a string is not valid base64',
  bad_hex: 'a string is not valid hex',
  bad_percent: 'a string is not validly percent-encoded',
  bad_json: 'a string is not valid JSON',
  bad_pattern: 'a computed pattern is not a valid RE2 pattern',
  too_many_groups: 'a computed pattern has more than one group',
  bad_replacement: 'a replacement refers to a group that the pattern does not have',
  bad_format: 'a string is not a valid format for the given values',
  bad_ip: 'a string is not a valid IP address',
  bad_cidr: 'a string is not a valid CIDR block',
  not_comparable: 'values of these types have no order',
  empty_list: 'an empty list has no least or greatest element',
  negative: 'a count or depth is negative',
  text_too_long: 'a string is too long',
  list_too_long: 'a list is too long',
  too_deep: 'a value is nested too deeply',
  too_many_steps: 'the expression took too many steps',
} as const;

export type FailureCode = keyof typeof FAILURES;

/**
 * Exception of an evaluation that cannot continue. Not an `Error`: failures are part of the language
 * (`failure || true` is true), and a stack trace for each would cost more than the rest of the evaluation.
 */
export class Failure {
  readonly code: FailureCode;
  /** Part of the author's own text that the failure concerns, such as the missing key. */
  readonly detail: string | undefined;
  /** Exception that was thrown while a value of the activation was read. */
  readonly cause: unknown;

  constructor(code: FailureCode, detail?: string, cause?: unknown) {
    this.code = code;
    this.detail = detail;
    this.cause = cause;
  }

  get message(): string {
    const sentence = FAILURES[this.code];
    return this.detail === undefined ? sentence : `${sentence} \`${this.detail}\``;
  }
}

export function fail(code: FailureCode, detail?: string, cause?: unknown): never {
  throwFailure(new Failure(code, detail, cause));
}

export function throwFailure(failure: Failure): never {
  // oxlint-disable-next-line typescript/only-throw-error -- see `Failure`
  throw failure;
}

/**
 * For a `catch` around an operand of `&&` or `||`, whose failure the other operand may make irrelevant. Rethrows an
 * exception that must not be absorbed: a fault of our own, or an exhausted budget.
 */
export function absorb(thrown: unknown): Failure {
  if (thrown instanceof Failure && thrown.code !== 'too_many_steps') return thrown;
  throw thrown;
}
