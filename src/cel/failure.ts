import { EvaluationError as Failure } from '@marcbachmann/cel-js';
import { BudgetExhausted } from './budget.ts';
import { EvaluationError } from './program.ts';
import { accessOf, isNode } from './syntax-tree.ts';

/** What the engine's codes mean. Its own messages may hold values of the request and are never passed on. */
const MEANINGS: Readonly<Record<string, string>> = {
  no_such_key: 'no such key',
  index_out_of_bounds: 'an index is out of range',
  index_out_of_range: 'an index is out of range',
  no_such_overload: 'an operator met values of types that it does not take',
  no_matching_overload: 'a function met values of types that it does not take',
  division_by_zero: 'division by zero',
  modulo_by_zero: 'division by zero',
  numeric_overflow: 'a number is out of range',
  invalid_regular_expression: 'a computed pattern is no RE2 pattern',
  optional_value_missing: 'an optional has no value',
  unknown_variable: 'a name has no value',
  variable_type_mismatch: 'a name has a value of another type than declared',
  field_type_mismatch: 'a field has a value of another type than declared',
  list_item_type_mismatch: 'a list has an element of another type than declared',
  invalid_logical_operand: 'a logical operator met a value that is no bool',
  invalid_condition_type: 'a condition came to a value that is no bool',
  invalid_comprehension_range: 'a value that is neither list nor map has no elements',
  invalid_timestamp: 'a text or number is no timestamp',
  invalid_duration: 'a text is no duration',
  int_conversion_error: 'a text is no int',
  uint_conversion_error: 'a value is no uint',
  double_conversion_error: 'a text is no double',
  bool_conversion_error: 'a text is no bool',
  text_too_long: 'a text grew too long',
};

/**
 * The failure of an evaluation, for whatever was thrown in it. Its message holds the author's text only. An
 * `EvaluationError` out of a getter, such as a variable's, stays itself with its cause.
 */
export function failureOf(thrown: unknown): EvaluationError {
  if (thrown instanceof EvaluationError) return thrown;
  if (thrown instanceof BudgetExhausted) return new EvaluationError('the expression took too many steps');
  if (thrown instanceof RangeError) {
    return new EvaluationError('a value nests too deeply or is too large', { cause: thrown });
  }
  if (!(thrown instanceof Failure))
    return new EvaluationError('a value could not be read', { cause: thrown });
  const meaning = MEANINGS[thrown.code] ?? 'the expression failed';
  const node: unknown = thrown.node;
  // A key is named only where it is written in the expression.
  const key = thrown.code === 'no_such_key' && isNode(node) ? accessOf(node)?.key : undefined;
  return new EvaluationError(key === undefined ? meaning : `${meaning} \`${key}\``);
}
