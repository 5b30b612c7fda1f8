import type { PartFunction } from '../../cel/codegen/load-program.ts';

/**
 * Checks of a message, as plain data and functions, which another process gets as they are, so that it compiles
 * nothing. Names are those of the `.proto` files.
 */
export interface MessagePlan {
  readonly type: string;
  readonly fields: readonly FieldPlan[];
  /** Rules of the whole message. */
  readonly rules: readonly CelRule[];
  /** Sets of fields of which at most one is set. */
  readonly oneofs: readonly { readonly fields: readonly string[]; readonly isRequired: boolean }[];
  /** Names of the oneofs of the type of which a field must be set. */
  readonly requiredOneofs: readonly string[];
}

/** One CEL expression. */
export interface CelRule {
  readonly id: string;
  /** The violation in the words of its author; empty if the expression says it. */
  readonly message: string;
  /** The violation if the expression is false and there is no message. */
  readonly whenFalse: string;
  /** True if a text of the expression may show a part of the message: it is of an author, and not of the standard rules. */
  readonly isPrivate: boolean;
  /** Returns true or an empty text if the rule holds, otherwise false or a text. */
  readonly evaluate: PartFunction;
  readonly place: Place;
}

/** Place of a rule within `buf.validate.FieldRules`: names of fields, with indexes of lists. */
export type Place = readonly (string | number)[];

/** Checks of one value: a scalar, an enum, a message, or a whole list or map. */
export interface ValuePlan {
  /** Rules that the field has as CEL. */
  readonly custom: readonly CelRule[];
  /** Name of a message type whose own plan is checked. */
  readonly message: string | undefined;
  readonly enum: { readonly numbers: ReadonlySet<number>; readonly place: Place } | undefined;
  readonly any: AnyPlan | undefined;
  /** The standard rules, and those that extend them. */
  readonly standard: readonly CelRule[];
}

/** Type URLs of an `Any`; no list permits all. */
export interface AnyPlan {
  readonly in: readonly string[];
  readonly notIn: readonly string[];
  readonly place: Place;
}

/** Checks of the elements of a list, or of the keys or values of a map. */
export interface ElementPlan extends ValuePlan {
  /** The number of an enum that is not checked, 0 for other types and their zero values; undefined to check all. */
  readonly zero: number | undefined;
}

export interface FieldPlan extends ValuePlan {
  readonly name: string;
  readonly isRequired: boolean;
  /** True if a field that is not set is not checked. */
  readonly isCheckedIfSet: boolean;
  readonly items: ElementPlan | undefined;
  readonly keys: ElementPlan | undefined;
  readonly values: ElementPlan | undefined;
}

/** True if nothing is checked. */
export function isEmptyValue({ custom, message, enum: numbers, any, standard }: ValuePlan): boolean {
  return custom.length + standard.length === 0 && (message ?? numbers ?? any) === undefined;
}

export function isEmptyField(plan: FieldPlan): boolean {
  const { isRequired, items, keys, values } = plan;
  return !isRequired && (items ?? keys ?? values) === undefined && isEmptyValue(plan);
}

export function isEmptyMessage({ fields, rules, oneofs, requiredOneofs }: MessagePlan): boolean {
  return fields.length + rules.length + oneofs.length + requiredOneofs.length === 0;
}
