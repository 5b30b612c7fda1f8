import type { Activation, Value } from '../cel/program.ts';
import { EvaluationError } from '../cel/program.ts';
import type { CompiledPolicy, ResponseValue } from '../policy/policy-set.ts';
import type { Changes } from './decision.ts';
import { evaluate, policyError } from './evaluate.ts';
import type { Hearing } from './hearing.ts';
import type { Refusal } from './refusal.ts';
import type { Applying } from './select.ts';

export type ChangesResult =
  | { readonly changes: Changes; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly changes?: undefined };

/** `respond.allow` of the policies that apply, in order of name: a later one overwrites. */
export function respondAllow(
  applying: readonly Applying[],
  { facts, tokens, ledger }: Hearing,
): ChangesResult {
  const service = new RequestChanges(facts.attributes.request.headers);
  for (const { policy, params } of applying) {
    const { set, append, remove } = policy.respond.allow.requestHeaders;
    const activate = () => facts.activation(policy, tokens.of(policy), params);
    for (const name of remove) service.remove(name);
    const refusal =
      fill((name, value) => service.set(name, value), set, activate, policy) ??
      fill((name, value) => service.append(name, value), append, activate, policy);
    if (refusal !== undefined) return { refusal };
  }
  return { changes: { requestHeaders: service.changes(), responseHeaders: { set: ledger.headers } } };
}

/**
 * What several policies, one after the other, want of the request's headers. Envoy removes behind everything else,
 * so a name that a later policy sets again must no longer be among those to remove. It appends only to what is
 * there, so the first value of a header that the request lacks is set.
 */
class RequestChanges {
  readonly #sent: ReadonlyMap<string, string>;
  readonly #set = new Map<string, string>();
  readonly #removed = new Set<string>();
  #append: (readonly [string, string])[] = [];

  /** `sent`: the headers of the request, by lower-case name. */
  constructor(sent: ReadonlyMap<string, string>) {
    this.#sent = sent;
  }

  /** Without a value, what the caller sent under the name would pass for ours; what an earlier policy set stays. */
  set(name: string, value: string | undefined): void {
    if (value === undefined) {
      if (!this.#set.has(name)) this.remove(name);
      return;
    }
    this.#forget(name);
    this.#set.set(name, value);
  }

  append(name: string, value: string | undefined): void {
    if (value === undefined) return;
    const there = this.#set.has(name) || (this.#sent.has(name) && !this.#removed.has(name));
    if (there) this.#append.push([name, value]);
    else this.set(name, value);
  }

  remove(name: string): void {
    this.#forget(name);
    this.#removed.add(name);
  }

  changes(): Changes['requestHeaders'] {
    return { set: this.#set, append: this.#append, remove: this.#removed };
  }

  #forget(name: string): void {
    this.#set.delete(name);
    this.#removed.delete(name);
    if (this.#append.length > 0) this.#append = this.#append.filter(([appended]) => appended !== name);
  }
}

/**
 * The refusal with its headers: the `RateLimit` fields of the limits that were asked and say so, and
 * `respond.deny.headers` of the policy that refuses. A value that fails makes the refusal a `policy_error`.
 */
export function respondDeny(
  refusal: Refusal,
  applying: readonly Applying[],
  { facts, tokens, ledger }: Hearing,
): Refusal {
  const headers = new Map([...ledger.headers, ...(refusal.headers ?? [])]);
  const { policy } = refusal;
  if (policy !== undefined) {
    const params = applying.find((each) => each.policy === policy)?.params;
    const activate = () => facts.activation(policy, tokens.of(policy), params);
    const failed = fill(
      (name, value) => {
        if (value !== undefined) headers.set(name, value);
      },
      policy.respond.deny.headers.set,
      activate,
      policy,
    );
    if (failed !== undefined) return failed;
  }
  return { ...refusal, headers };
}

/** Evaluates each value and hands it to `put`, undefined for an optional without one; one that fails is the refusal. */
function fill(
  put: (name: string, value: string | undefined) => void,
  values: ReadonlyMap<string, ResponseValue>,
  activate: () => Activation,
  policy: CompiledPolicy,
): Refusal | undefined {
  for (const [name, wanted] of values) {
    const result = typeof wanted === 'string' ? { value: wanted } : evaluate(wanted, activate(), policy);
    if (result.refusal !== undefined) return result.refusal;
    if (result.value !== undefined && !isFieldValue(result.value)) {
      return policyError(policy, new EvaluationError(`the value of header ${name} is no header value`));
    }
    put(name, result.value);
  }
  return undefined;
}

/** RFC 9110, section 5.5: no line break, no NUL, no other control character but a tab. */
function isFieldValue(value: Value): value is string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return typeof value === 'string' && !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value);
}
