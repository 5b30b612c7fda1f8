import { type ShadowVerdict, shadowName } from '../../engine/decision/outcome.ts';
import { type CheckResponseMessage, type HeaderValueOptionMessage } from '../../engine/envoy/messages.ts';
import { parseJson } from '../../engine/request/json.ts';
import type { Expectation } from '../../policy/compile/policy-test.ts';

/** One answer as the caller, the service and the access log see it. */
export interface Answer {
  readonly decision: string;
  readonly reason: string;
  readonly status: number;
  readonly policy: string;
  readonly rule: string;
  /** The refusal's sentence for the caller; empty for an allow. */
  readonly detail: string;
  /** Headers that the service sees; empty if the request never reaches it. */
  readonly requestHeaders: ReadonlyMap<string, string>;
  /** Headers set toward the caller. */
  readonly responseHeaders: ReadonlyMap<string, string>;
  /** By shadow policy, and `POLICY/RULE` of shadow rules, that govern the request, what they would have said. */
  readonly shadow: ReadonlyMap<string, 'allow' | 'deny'>;
}

/** One thing that an expectation names and the answer does not have. */
export interface Difference {
  readonly field: string;
  readonly wanted: string;
  readonly got: string;
}

/** The answer to a request that was sent with these headers; `shadow` comes from the decision's record. */
export function answerOf(
  response: CheckResponseMessage,
  sent: ReadonlyMap<string, string>,
  shadow: readonly ShadowVerdict[],
): Answer {
  const fields = response.dynamicMetadata?.fields ?? {};
  const text = (name: string): string => fields[name]?.stringValue ?? '';
  const denied = response.deniedResponse;
  return {
    decision: text('decision'),
    reason: text('reason'),
    status: denied === undefined ? 200 : (denied.status?.code ?? 403),
    policy: text('policy'),
    rule: text('rule'),
    detail: detailOf(denied?.body),
    requestHeaders: seenByService(response, sent),
    responseHeaders: withHeaders(new Map(), denied?.headers ?? response.okResponse?.responseHeadersToAdd),
    shadow: new Map(shadow.map((verdict) => [shadowName(verdict), verdict.decision])),
  };
}

/** Compares what the expectation names, and nothing else. */
export function differences(expected: Expectation, answer: Answer): readonly Difference[] {
  const found: Difference[] = [];
  const compare = (field: string, wanted: string | number | undefined, got: string | number): void => {
    if (wanted !== undefined && wanted !== got)
      found.push({ field, wanted: String(wanted), got: String(got) });
  };
  compare('decision', expected.decision, answer.decision);
  compare('reason', expected.reason, answer.reason);
  compare('status', expected.status, answer.status);
  compare('policy', expected.policy, answer.policy);
  compare('rule', expected.rule, answer.rule);
  for (const side of ['requestHeaders', 'responseHeaders'] as const) {
    for (const [name, wanted] of expected[side] ?? []) {
      const got = answer[side].get(name);
      if ((wanted ?? undefined) !== got) {
        found.push({ field: `${side}.${name}`, wanted: wanted ?? ABSENT, got: got ?? ABSENT });
      }
    }
  }
  for (const [name, wanted] of expected.shadow ?? []) {
    const got = answer.shadow.get(name);
    if ((wanted ?? undefined) !== got) {
      found.push({ field: `shadow.${name}`, wanted: wanted ?? ABSENT, got: got ?? ABSENT });
    }
  }
  return found;
}

const ABSENT = '(absent)';

/** Headers of an allowed request as the service sees them: those of the caller, changed by the answer. */
function seenByService(
  response: CheckResponseMessage,
  sent: ReadonlyMap<string, string>,
): Map<string, string> {
  if (response.deniedResponse !== undefined) return new Map();
  const headers = withHeaders(sent, response.okResponse?.headers);
  for (const name of response.okResponse?.headersToRemove ?? []) headers.delete(name.toLowerCase());
  return headers;
}

function withHeaders(
  before: ReadonlyMap<string, string>,
  options: readonly HeaderValueOptionMessage[] | undefined,
): Map<string, string> {
  const headers = new Map(before);
  for (const { header, append } of options ?? []) {
    const name = (header?.key ?? '').toLowerCase();
    // The path, by which the query string is changed, is not a header of the service.
    if (name.startsWith(':')) continue;
    const raw = header?.rawValue;
    const value =
      raw === undefined || raw.length === 0 ? (header?.value ?? '') : new TextDecoder().decode(raw);
    const own = headers.get(name);
    if (append?.value !== true) headers.set(name, value);
    else if (own !== undefined) headers.set(name, `${own},${value}`);
  }
  return headers;
}

/** The `detail` of a problem document; a gRPC caller's body is the sentence itself. */
function detailOf(body: string | undefined): string {
  if (body === undefined || !body.startsWith('{')) return body ?? '';
  // A body written by a policy may be anything.
  const problem: unknown = parseJson(body).value;
  const isProblem = typeof problem === 'object' && problem !== null && 'detail' in problem;
  return isProblem ? String(problem.detail) : '';
}
