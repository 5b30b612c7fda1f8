import type { Activation, Value } from '../../cel/interpret/program.ts';
import { EvaluationError } from '../../cel/interpret/program.ts';
import type { JsonValue } from '../request/attributes.ts';
import { isFieldValue } from '../request/field-value.ts';
import type { CompiledPolicy, ResponseValue } from '../set/policy-set.ts';
import { evaluate, policyError } from './evaluate.ts';
import type { Hearing } from './hearing.ts';
import type { Changes, Overwritten } from './outcome.ts';
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
  const caller = { set: new Map(ledger.headers), append: [] as (readonly [string, string])[] };
  const query = { set: new Map<string, string>(), remove: new Set<string>() };
  const metadata = new Map<string, JsonValue>();
  const made = new Metadata();
  const settings = applying.length > 1 ? new Settings() : undefined;
  for (const { policy, params } of applying) {
    const { requestHeaders, responseHeaders, query: wanted, metadata: told } = policy.respond.allow;
    const filling: Filling = { policy, activate: () => facts.activation(policy, tokens.of(policy), params) };
    const set = (what: Overwritten['what'], name: string, value: JsonValue): void =>
      settings?.set(what, name, value, policy.name);
    for (const name of requestHeaders.remove) service.remove(name);
    for (const name of wanted.remove) {
      query.set.delete(name);
      query.remove.add(name);
    }
    const refusal =
      fillHeaders(
        (name, value) => {
          if (value !== undefined) set('request header', name, value);
          service.set(name, value);
        },
        requestHeaders.set,
        filling,
      ) ??
      fillHeaders((name, value) => service.append(name, value), requestHeaders.append, filling) ??
      fillHeaders(
        present((name, value) => {
          set('response header', name, value);
          caller.set.set(name, value);
        }),
        responseHeaders.set,
        filling,
      ) ??
      fillHeaders(
        present((name, value) => caller.append.push([name, value])),
        responseHeaders.append,
        filling,
      ) ??
      fillTexts(
        (name, value) => {
          query.remove.delete(name);
          if (value !== undefined) {
            set('query parameter', name, value);
            query.set.set(name, value);
          } else if (!query.set.has(name)) query.remove.add(name);
        },
        wanted.set,
        filling,
      ) ??
      fill(
        (name, value) => {
          if (value === undefined) return;
          const json = made.jsonOf(value);
          set('metadata value', name, json);
          metadata.set(name, json);
        },
        told,
        filling,
      );
    if (refusal !== undefined) return { refusal };
  }
  const overwritten = settings?.overwritten ?? NONE_OVERWRITTEN;
  return {
    changes: { requestHeaders: service.changes(), responseHeaders: caller, query, metadata, overwritten },
  };
}

const NONE_OVERWRITTEN: readonly Overwritten[] = [];

/** What was set, by whom, to tell who sets the same name to something else. */
class Settings {
  readonly overwritten: Overwritten[] = [];
  readonly #known = new Map<string, { readonly policy: string; readonly value: string }>();

  set(what: Overwritten['what'], name: string, value: JsonValue, policy: string): void {
    const key = `${what} ${name}`;
    const text = JSON.stringify(value);
    const earlier = this.#known.get(key);
    if (earlier !== undefined && earlier.value !== text) {
      this.overwritten.push({ what, name, earlier: earlier.policy, later: policy });
    }
    this.#known.set(key, { policy, value: text });
  }
}

/** Passes over an optional without a value. */
function present(
  put: (name: string, value: string) => unknown,
): (name: string, value: string | undefined) => void {
  return (name, value) => {
    if (value !== undefined) put(name, value);
  };
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
      if (this.#set.has(name)) return;
      const [first, ...others] = this.#append.filter(([appended]) => appended === name);
      this.remove(name);
      if (first === undefined) return;
      // What an earlier policy appended stays, without what the caller sent.
      this.set(name, first[1]);
      this.#append.push(...others);
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
  if (policy === undefined) return { ...refusal, headers };
  const params = applying.find((each) => each.policy === policy)?.params;
  const filling: Filling = { policy, activate: () => facts.activation(policy, tokens.of(policy), params) };
  const { deny } = policy.respond;
  let body: string | undefined;
  const wanted = deny.body === undefined ? new Map<string, ResponseValue>() : new Map([['body', deny.body]]);
  const failed =
    fillHeaders(
      present((name, value) => headers.set(name, value)),
      deny.headers.set,
      filling,
    ) ?? fillTexts((_, value) => void (body = value), wanted, filling);
  if (failed !== undefined) return failed;
  return { ...refusal, headers, ...(body === undefined ? {} : { body }) };
}

/** Whose values are evaluated, and over what. */
interface Filling {
  readonly policy: CompiledPolicy;
  activate(): Activation;
}

/** Evaluates each value and hands it to `put`, undefined for an optional without one; one that fails is the refusal. */
function fill(
  put: (name: string, value: Value) => void,
  values: ReadonlyMap<string, ResponseValue>,
  { policy, activate }: Filling,
): Refusal | undefined {
  for (const [name, wanted] of values) {
    const result = typeof wanted === 'string' ? { value: wanted } : evaluate(wanted, activate(), policy);
    if (result.refusal !== undefined) return result.refusal;
    try {
      put(name, result.value);
    } catch (error) {
      if (error instanceof EvaluationError) return policyError(policy, error);
      throw error;
    }
  }
  return undefined;
}

function fillTexts(
  put: (name: string, value: string | undefined) => void,
  values: ReadonlyMap<string, ResponseValue>,
  filling: Filling,
): Refusal | undefined {
  const putText = (name: string, value: Value): void => {
    if (value !== undefined && typeof value !== 'string')
      throw new EvaluationError(`the value of ${name} is no text`);
    put(name, value);
  };
  return fill(putText, values, filling);
}

function fillHeaders(
  put: (name: string, value: string | undefined) => void,
  values: ReadonlyMap<string, ResponseValue>,
  filling: Filling,
): Refusal | undefined {
  const putHeader = (name: string, value: string | undefined): void => {
    if (value !== undefined && !isFieldValue(value))
      throw new EvaluationError(`the value of header ${name} is no header value`);
    put(name, value);
  };
  return fillTexts(putHeader, values, filling);
}

/** What a proxy reads of metadata: messages nest no deeper there, and headers and metadata share its memory. */
const MAX_DEPTH = 24;
const MAX_VALUES = 10_000;
const MAX_CHARACTERS = 65_536;

/** Makes JSON of values, keys as text. Fails on bytes, and on what is too large or too deep for metadata. */
class Metadata {
  #values = MAX_VALUES;
  #characters = MAX_CHARACTERS;

  jsonOf(value: Value, depth = 0): JsonValue {
    this.#values--;
    if (this.#values < 0 || depth > MAX_DEPTH)
      throw new EvaluationError('a value of the metadata is too large');
    if (typeof value === 'string') return this.#text(value);
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'number' || typeof value === 'bigint') return numberOf(value);
    if (Array.isArray(value)) return value.map((each) => this.jsonOf(each, depth + 1));
    const entries =
      value instanceof Map ? value.entries() : isPlain(value) ? Object.entries(value) : undefined;
    if (entries === undefined) throw new EvaluationError('a value of the metadata is of no plain type');
    const made: [string, JsonValue][] = [];
    for (const [key, each] of entries) made.push([this.#text(String(key)), this.jsonOf(each, depth + 1)]);
    return Object.fromEntries(made);
  }

  #text(text: string): string {
    this.#characters -= text.length;
    if (this.#characters < 0) throw new EvaluationError('a value of the metadata is too large');
    return text;
  }
}

/** An int beyond the safe ones loses digits; JSON has no infinity. */
function numberOf(value: number | bigint): number {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new EvaluationError('a value of the metadata is no number of JSON');
  return number;
}

function isPlain(value: Value): value is Readonly<Record<string, Value>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
