/** Why an evaluation came to no value. No sentence holds what a request said. */
export const FAILURES = {
  no_such_key: 'no such key',
  index_out_of_range: 'an index is out of range',
  no_such_overload: 'a function met values of types that it does not take',
  no_such_operation: 'an operator met values of types that it does not take',
  no_value: 'a name has no value',
  unknown_name: 'a name is not declared',
  unknown_function: 'a function is not declared',
  wrong_type: 'a name has a value of another type than declared',
  unreadable: 'a value could not be read',
  division_by_zero: 'division by zero',
  out_of_range: 'a number is out of range',
  no_bool: 'a logical operator met a value that is no bool',
  no_condition: 'a condition came to a value that is no bool',
  no_entry: 'an entry of a map was made of something else',
  no_elements: 'a value that is neither list nor map has no elements',
  no_optional: 'a value that is no optional was used as one',
  optional_empty: 'an optional has no value',
  bad_key: 'a key of a map is no string, int, uint or bool',
  duplicate_key: 'a map has the same key twice',
  bad_timestamp: 'a text or number is no timestamp',
  bad_duration: 'a text is no duration',
  time_out_of_range: 'a time is out of range',
  bad_time_zone: 'a text is no time zone',
  bad_int: 'a text is no int',
  bad_uint: 'a text is no uint',
  bad_double: 'a text is no double',
  bad_bool: 'a text is no bool',
  bad_utf8: 'bytes are no UTF-8 text',
  bad_base64: 'a text is no base64',
  bad_pattern: 'a computed pattern is no RE2 pattern',
  too_many_groups: 'a computed pattern has more than one group',
  bad_replacement: 'a replacement refers to a group that the pattern does not have',
  bad_format: 'a text is no format for the values given',
  bad_ip: 'a text is no IP address',
  bad_cidr: 'a text is no CIDR block',
  not_comparable: 'values of these types have no order',
  empty_list: 'an empty list has no least and no greatest element',
  negative: 'a count or depth is negative',
  text_too_long: 'a text grew too long',
  list_too_long: 'a list grew too long',
  too_deep: 'a value nests too deeply',
  too_many_steps: 'the expression took too many steps',
} as const;

export type FailureCode = keyof typeof FAILURES;

/**
 * What is thrown where an evaluation cannot go on. No `Error`: failures are part of the language (`failure || true`
 * is true), and taking a stack trace for each would cost more than the rest of the evaluation.
 */
export class Failure {
  readonly code: FailureCode;
  /** A part of the author's own text that says which: the key that is missing. */
  readonly detail: string | undefined;
  /** What was thrown by a value that had to be read. */
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
 * For a `catch` around an operand of `&&` or `||`, whose failure the other operand may make irrelevant. What may not
 * be absorbed, a fault of our own or an exhausted budget, is thrown again.
 */
export function absorb(thrown: unknown): Failure {
  if (thrown instanceof Failure && thrown.code !== 'too_many_steps') return thrown;
  throw thrown;
}
