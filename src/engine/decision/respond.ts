import type { Activation, Value } from '../../cel/interpret/program.ts';
import { EvaluationError } from '../../cel/interpret/program.ts';
import { Message } from '../../cel/value/message.ts';
import { withholdToken } from '../identity/withheld-token.ts';
import type { JsonValue } from '../request/attributes.ts';
import { isFieldValue } from '../request/field-value.ts';
import { rewriteQuery } from '../request/rewrite-query.ts';
import type { CompiledPolicy, ResponseValue } from '../set/policy-set.ts';
import { ApplicablePolicy } from './applicable-policy.ts';
import { AttributeUnavailable } from './attribute-unavailable.ts';
import type { DenialCause } from './denial-cause.ts';
import { evaluate, policyError } from './evaluate.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { type Changes, NO_CHANGES, type Overwritten } from './outcome.ts';
import { mayHaveClaims, RequestChanges } from './request-changes.ts';
import type { RequestContext } from './request-context.ts';
import type { DecisionTrace, ResponseChange } from './trace.ts';

export type ChangesResult =
  | { readonly changes: Changes; readonly cause?: undefined }
  | { readonly cause: DenialCause; readonly changes?: undefined };

/** Changes by `respond.allow` of the applicable policies, in order of name: a later one overwrites. */
export function respondAllow(
  policies: readonly ApplicablePolicy[],
  context: EvaluationContext,
): ChangesResult {
  const { request, identities, reservations } = context;
  if (changesNothing(policies, request))
    return reservations.hasHeaders ? changesOf(reservations.headers) : UNCHANGED;
  const service = new RequestChanges(request.attributes.request);
  const caller = { set: new Map(reservations.headers), append: [] as (readonly [string, string])[] };
  const query = { set: new Map<string, string>(), remove: new Set<string>() };
  const metadata = new Map<string, JsonValue>();
  const made = new Metadata();
  const settings = policies.length > 1 ? new Settings() : undefined;
  const remaining = new Map<string, string | undefined>();
  for (const each of policies) withhold(each, request, remaining, service, query);
  for (const applicable of policies) {
    const { policy } = applicable;
    const { requestHeaders, responseHeaders, query: wanted, metadata: told } = policy.respond.allow;
    const filling: Filling = {
      policy,
      activate: () => applicable.activation(request, identities),
      trace: request.trace,
    };
    const set = (what: Overwritten['what'], name: string, value: JsonValue): void =>
      settings?.set(what, name, value, policy.name);
    for (const name of requestHeaders.remove) {
      reportRemoval('request_header_remove', name, filling);
      service.remove(name);
    }
    for (const name of wanted.remove) {
      reportRemoval('query_remove', name, filling);
      query.set.delete(name);
      query.remove.add(name);
    }
    const cause =
      fillHeaders(
        'request_header_set',
        (name, value) => {
          if (value !== undefined) set('request header', name, value);
          service.set(name, value);
        },
        requestHeaders.set,
        filling,
      ) ??
      fillHeaders(
        'request_header_append',
        (name, value) => service.append(name, value),
        requestHeaders.append,
        filling,
      ) ??
      fillHeaders(
        'response_header_set',
        present((name, value) => {
          set('response header', name, value);
          caller.set.set(name, value);
        }),
        responseHeaders.set,
        filling,
      ) ??
      fillHeaders(
        'response_header_append',
        present((name, value) => caller.append.push([name, value])),
        responseHeaders.append,
        filling,
      ) ??
      fillTexts(
        'query_set',
        (name, value) => {
          if (value !== undefined && !isFieldValue(value))
            throw new EvaluationError(`the value of query parameter ${name} has a control character`);
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
        'metadata_set',
        (name, value) => {
          if (value === undefined) return;
          const json = made.jsonOf(value);
          set('metadata value', name, json);
          metadata.set(name, json);
        },
        told,
        filling,
      );
    if (cause !== undefined) return { cause };
  }
  service.removeClaims(policies);
  const { path } = request.attributes.request;
  const sent = query.set.size + query.remove.size === 0 ? path : rewriteQuery(path, query.set, query.remove);
  return {
    changes: {
      requestHeaders: service.changes(),
      responseHeaders: caller,
      query: { ...query, path: sent === path ? undefined : sent },
      metadata,
      overwritten: settings?.overwritten ?? NONE_OVERWRITTEN,
    },
  };
}

const UNCHANGED: ChangesResult = { changes: NO_CHANGES };

/** The changes of an answer that has the fields of limits and nothing else. */
function changesOf(set: ReadonlyMap<string, string>): ChangesResult {
  const { requestHeaders, query, metadata, overwritten } = NO_CHANGES;
  const responseHeaders = { set, append: NO_CHANGES.responseHeaders.append };
  return { changes: { requestHeaders, responseHeaders, query, metadata, overwritten } };
}

/** True for the usual request and policies, which change nothing and are told by a few comparisons. */
function changesNothing(policies: readonly ApplicablePolicy[], request: RequestContext): boolean {
  if (mayHaveClaims(request.attributes.request)) return false;
  for (const { policy, token } of policies) {
    if (token?.withheld !== undefined) return false;
    const { requestHeaders, responseHeaders, query, metadata } = policy.respond.allow;
    const changes =
      requestHeaders.set.size +
      requestHeaders.append.size +
      requestHeaders.remove.length +
      responseHeaders.set.size +
      responseHeaders.append.size +
      query.set.size +
      query.remove.length +
      metadata.size;
    if (changes > 0) return false;
  }
  return true;
}

/**
 * Removes the token of a policy whose Issuer keeps it from the service. Comes before the changes by policies, so that one
 * may set the header to something else. `remaining`: what remains of the headers that had tokens of the policies before.
 */
function withhold(
  { policy, token }: ApplicablePolicy,
  { attributes, trace }: RequestContext,
  remaining: Map<string, string | undefined>,
  service: RequestChanges,
  query: { readonly remove: Set<string> },
): void {
  if (token?.withheld === undefined) return;
  const withheld = withholdToken(attributes.request, token.withheld, remaining);
  for (const [name, rest] of withheld.headers) {
    remaining.set(name, rest);
    const what = rest === undefined ? name : `the token in ${name}`;
    trace?.report({ ...REMOVED, policy, change: 'request_header_remove', name: what });
    if (rest === undefined) service.remove(name);
    else service.set(name, rest);
  }
  for (const name of withheld.query) {
    trace?.report({ ...REMOVED, policy, change: 'query_remove', name });
    query.remove.add(name);
  }
}

const REMOVED = { kind: 'response', value: undefined, cause: undefined } as const;

const NONE_OVERWRITTEN: readonly Overwritten[] = [];

/** Names that policies have set, to find two policies that set one name to different values. */
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

/** Skips an optional without a value. */
function present(
  put: (name: string, value: string) => unknown,
): (name: string, value: string | undefined) => void {
  return (name, value) => {
    if (value !== undefined) put(name, value);
  };
}

/**
 * The denial cause with its headers: the `RateLimit` fields, and `respond.deny` of the policy that denies. A value that
 * fails makes it a `policy_error`.
 */
export function respondDeny(
  cause: DenialCause,
  policies: readonly ApplicablePolicy[],
  { request, identities, reservations }: EvaluationContext,
): DenialCause {
  const headers = new Map([...reservations.headers, ...(cause.headers ?? [])]);
  const { policy } = cause;
  if (policy === undefined) return { ...cause, headers };
  const applicable = policies.find((each) => each.policy === policy) ?? new ApplicablePolicy(policy);
  const filling: Filling = {
    policy,
    activate: () => applicable.activation(request, identities),
    trace: request.trace,
  };
  const { deny } = policy.respond;
  let body: string | undefined;
  const wanted = deny.body === undefined ? new Map<string, ResponseValue>() : new Map([['body', deny.body]]);
  const failed =
    fillHeaders(
      'deny_header_set',
      present((name, value) => headers.set(name, value)),
      deny.headers.set,
      filling,
    ) ?? fillTexts('deny_body', (_, value) => void (body = value), wanted, filling);
  if (failed !== undefined) return failed;
  return { ...cause, headers, ...(body === undefined ? {} : { body }) };
}

/** The policy whose values are evaluated, and over what. */
interface Filling {
  readonly policy: CompiledPolicy;
  readonly trace: DecisionTrace | undefined;
  activate(): Activation;
}

function reportRemoval(change: ResponseChange, name: string, { policy, trace }: Filling): void {
  trace?.report({ ...REMOVED, policy, change, name });
}

/** Passes each value to `put`, undefined for an optional without one; the cause of the first that fails. */
function fill(
  change: ResponseChange,
  put: (name: string, value: Value) => void,
  values: ReadonlyMap<string, ResponseValue>,
  filling: Filling,
): DenialCause | undefined {
  for (const [name, value] of values) {
    const cause = fillOne(put, name, value, filling);
    filling.trace?.report({ kind: 'response', policy: filling.policy, change, name, value, cause });
    if (cause !== undefined) return cause;
  }
  return undefined;
}

function fillOne(
  put: (name: string, value: Value) => void,
  name: string,
  wanted: ResponseValue,
  { policy, activate, trace }: Filling,
): DenialCause | undefined {
  const result = typeof wanted === 'string' ? { value: wanted } : evaluate(wanted, activate(), policy, trace);
  if (result.cause !== undefined) return result.cause;
  try {
    put(name, result.value);
    return undefined;
  } catch (error) {
    if (error instanceof EvaluationError) return policyError(policy, error);
    if (error instanceof AttributeUnavailable) return { ...error.denial, policy };
    throw error;
  }
}

function fillTexts(
  change: ResponseChange,
  put: (name: string, value: string | undefined) => void,
  values: ReadonlyMap<string, ResponseValue>,
  filling: Filling,
): DenialCause | undefined {
  const putText = (name: string, value: Value): void => {
    if (value !== undefined && typeof value !== 'string')
      throw new EvaluationError(`the value of ${name} is not text`);
    put(name, value);
  };
  return fill(change, putText, values, filling);
}

function fillHeaders(
  change: ResponseChange,
  put: (name: string, value: string | undefined) => void,
  values: ReadonlyMap<string, ResponseValue>,
  filling: Filling,
): DenialCause | undefined {
  const putHeader = (name: string, value: string | undefined): void => {
    if (value !== undefined && !isFieldValue(value))
      throw new EvaluationError(`the value of header ${name} is not a valid header value`);
    put(name, value);
  };
  return fillTexts(change, putHeader, values, filling);
}

/** Bounds of metadata: Envoy's messages nest no deeper, and its headers and metadata share memory. */
const MAX_DEPTH = 24;
const MAX_VALUES = 10_000;
const MAX_CHARACTERS = 65_536;

/** Converts values to JSON, keys to text. Fails on bytes, and on values that are too large or too deep for metadata. */
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
    if (value instanceof Message) return this.jsonOf(jsonOfMessage(value), depth);
    const entries =
      value instanceof Map ? value.entries() : isPlain(value) ? Object.entries(value) : undefined;
    if (entries === undefined)
      throw new EvaluationError('a value of the metadata has a type that JSON lacks');
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

/** Fails on a message with an `Any` of an unknown type. */
function jsonOfMessage(message: Message): Value {
  try {
    return message.toJSON();
  } catch (error) {
    throw new EvaluationError('a message of the metadata has no form in JSON', { cause: error });
  }
}

/** Metadata has only doubles, so that an int beyond 2^53, which is a bigint, would lose digits; it has no infinity. */
function numberOf(value: number | bigint): number {
  if (typeof value === 'bigint')
    throw new EvaluationError(
      'an int beyond 2^53 has no exact form in metadata: send it as text, by `string()`',
    );
  if (!Number.isFinite(value)) throw new EvaluationError('a value of the metadata is not a JSON number');
  return value;
}

function isPlain(value: Value): value is Readonly<Record<string, Value>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
