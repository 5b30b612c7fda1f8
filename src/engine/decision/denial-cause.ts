import type { CompiledPolicy } from '../set/policy-set.ts';
import type { DenialReason } from './reasons.ts';

/** Why a station says no, before it is dressed as an answer. */
export interface DenialCause {
  readonly reason: DenialReason;
  /** For the caller: one sentence; never a rule's source, a token or a claim's value. */
  readonly detail: string;
  /** The policy that refuses, where one does. */
  readonly policy?: CompiledPolicy;
  /** The rule or limit of that policy which refuses, where one does. */
  readonly rule?: { readonly name: string };
  /** Instead of the reason's default status. */
  readonly status?: number;
  /** Beside those that the reason asks for. Lower-case names. */
  readonly headers?: ReadonlyMap<string, string>;
  /** What the policy answers instead of a problem document. */
  readonly body?: string;
  /** What failed, for the operator. */
  readonly fault?: Error;
}
