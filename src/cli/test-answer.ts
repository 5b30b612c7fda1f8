import type { CheckResponseMessage, HeaderValueOptionMessage } from '../envoy/messages.ts';
import type { Expectation } from '../policy/policy-test.ts';

/** What a caller, the service and the access log would see of one answer. */
export interface Answer {
  readonly decision: string;
  readonly reason: string;
  readonly status: number;
  readonly policy: string;
  readonly rule: string;
  /** The refusal's sentence for the caller; empty for an allow. */
  readonly detail: string;
  /** Headers set toward the service. */
  readonly requestHeaders: ReadonlyMap<string, string>;
  /** Headers set toward the caller. */
  readonly responseHeaders: ReadonlyMap<string, string>;
}

/** One thing that an expectation names and the answer does not have. */
export interface Difference {
  readonly field: string;
  readonly wanted: string;
  readonly got: string;
}

export function answerOf(response: CheckResponseMessage): Answer {
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
    requestHeaders: headersOf(response.okResponse?.headers),
    responseHeaders: headersOf(denied?.headers ?? response.okResponse?.responseHeadersToAdd),
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
  return found;
}

const ABSENT = '(absent)';

function headersOf(options: readonly HeaderValueOptionMessage[] | undefined): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const { header } of options ?? []) {
    const value = header?.rawValue === undefined || header.rawValue.length === 0 ? header?.value : undefined;
    const raw = new TextDecoder().decode(header?.rawValue);
    headers.set((header?.key ?? '').toLowerCase(), value ?? raw);
  }
  return headers;
}

/** The `detail` of a problem document; a gRPC caller's body is the sentence itself. */
function detailOf(body: string | undefined): string {
  if (body === undefined || !body.startsWith('{')) return body ?? '';
  const problem: unknown = JSON.parse(body);
  const isProblem = typeof problem === 'object' && problem !== null && 'detail' in problem;
  return isProblem ? String(problem.detail) : '';
}
