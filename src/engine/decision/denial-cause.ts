import type { BodyError } from '../schema/body-schema.ts';
import type { CompiledPolicy } from '../set/policy-set.ts';
import type { DenialReason } from './reasons.ts';

/** Cause of a denial, found by one step of the pipeline; `denialOf` makes the answer of it. */
export interface DenialCause {
  readonly reason: DenialReason;
  /** For the caller: one sentence; never a rule's source, a token or a claim's value. */
  readonly detail: string;
  /** The first parts of the body that do not fit a schema, if one refuses it. */
  readonly errors?: readonly BodyError[];
  /** The policy that denies, if one does. */
  readonly policy?: CompiledPolicy;
  /** The rule or limit of that policy that denies, if one does. */
  readonly rule?: { readonly name: string };
  /** Scopes that the token lacks, and with which the caller might have been let through. */
  readonly scopes?: readonly string[];
  /** Instead of the reason's default status. */
  readonly status?: number;
  /** In addition to those that the reason requires. Lower-case names. */
  readonly headers?: ReadonlyMap<string, string>;
  /** Body of the policy, in place of the problem document. */
  readonly body?: string;
  /** The fault, for the operator. */
  readonly fault?: Error;
}
