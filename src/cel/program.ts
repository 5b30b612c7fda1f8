import type { Type } from './type.ts';

/**
 * Values that go in and come out, whatever engine stands behind:
 * bool, string, bytes (`Uint8Array`) and null as themselves; int as a number while it is safe, a bigint beyond;
 * double as a number; timestamp as `{seconds, nanos}`; list as an array; map as a `Map` or a plain JSON object
 * (own keys only); an object type as an object with one property per declared field.
 */
export type Value = unknown;

/** The roots that an environment declares, by name. Properties may be getters: one that is not read is not computed. */
export type Activation = Readonly<Record<string, Value>>;

/** An evaluation that did not come to a value: no such key, division by zero, an exhausted budget. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

/** A checked expression, ready to be evaluated any number of times, also re-entrantly. */
export interface Program {
  readonly source: string;
  readonly type: Type;
  /**
   * The declared names that the expression reads, dotted as they were declared (`jwt.claims`, `request.body`,
   * `now`). Reading a whole object names every field of it.
   */
  readonly reads: ReadonlySet<string>;
  /**
   * Never throws. An exception out of an activation's getter comes back as an `EvaluationError` whose `cause`
   * is that exception; one that is an `EvaluationError` already comes back as it is.
   */
  evaluate(activation: Activation): Value | EvaluationError;
}

/** A mistake in an expression; `start` and `end` are UTF-16 offsets into its source. */
export interface Problem {
  readonly code: 'cel_syntax' | 'cel_unknown_name' | 'cel_type' | 'cel_result' | 'cel_literal' | 'cel_limit';
  readonly message: string;
  readonly help?: string;
  readonly start: number;
  readonly end: number;
}

export type Compiled =
  | { readonly program: Program; readonly problems?: undefined }
  | { readonly problems: readonly Problem[]; readonly program?: undefined };
