import { isAllow } from '../../src/decision/decide.ts';
import type { CheckResponseMessage, HeaderValueOptionMessage } from '../../src/envoy/messages.ts';
import { REVISION } from '../support/policy-set.ts';
import { type Case, type CaseFile, caseFiles, type Expected } from './case-file.ts';
import { type Answered, runDirectly, runThroughCheck, setOf } from './run-case.ts';

/** The topics of `test/cases`, each case twice: straight through `decide`, and from bytes to bytes. */
const rows = caseFiles().flatMap((file) =>
  file.cases.map((each) => [file.topic, each.name, file, each] as const),
);

describe('decide', () => {
  test.each(rows)('%s: %s', async (_topic, _name, file: CaseFile, each: Case) => {
    for (const answered of await runDirectly(setOf(file, each), each)) compare(answered);
  });
});

describe('from bytes to bytes', () => {
  test.each(rows)('%s: %s', async (_topic, _name, file: CaseFile, each: Case) => {
    for (const answered of await runThroughCheck(setOf(file, each), each)) {
      compare(answered);
      compareResponse(answered);
    }
  });
});

const HEADERS = ['headers', 'requestHeaders', 'responseHeaders'] as const;

function compare({ seen, step, decision }: Answered): void {
  const { headers: _, requestHeaders: __, responseHeaders: ___, jwt, ...plain } = step.expect;
  expect(seen).toMatchObject(plain);
  if ('jwt' in step.expect) expect(seen.jwt ?? null).toEqual(jwt);
  for (const kind of HEADERS) compareHeaders(seen[kind], step.expect[kind]);
  expect(decision.revision).toBe(REVISION);
}

function compareHeaders(seen: Readonly<Record<string, string>>, expected: Expected['headers'] = {}): void {
  for (const [name, value] of Object.entries(expected))
    expect([name, seen[name] ?? null]).toEqual([name, value]);
}

/** The answer says what the decision says, and nothing else. */
function compareResponse({ decision, response = {}, seen }: Answered): void {
  const fields = response.dynamicMetadata?.fields ?? {};
  const metadata = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, value.stringValue]));
  expect(metadata).toEqual({
    decision: seen.decision,
    decision_id: decision.id,
    reason: seen.reason,
    policy: seen.policy,
    rule: seen.rule,
    revision: REVISION.commit,
    principal: decision.source.principal,
  });
  if (isAllow(decision.outcome)) compareAllow(response, seen);
  else compareDenial(response, seen, decision.id);
}

function compareAllow(response: CheckResponseMessage, seen: Answered['seen']): void {
  expect(response.status?.code ?? 0).toBe(0);
  expect(response.deniedResponse).toBeUndefined();
  expect(headersIn(response.okResponse?.headers)).toEqual(seen.requestHeaders);
  expect(headersIn(response.okResponse?.responseHeadersToAdd)).toEqual(seen.responseHeaders);
}

function compareDenial(response: CheckResponseMessage, seen: Answered['seen'], id: string): void {
  expect(response.status?.code).toBeGreaterThan(0);
  expect(response.okResponse).toBeUndefined();
  expect(response.deniedResponse?.status?.code).toBe(seen.status);
  const headers = headersIn(response.deniedResponse?.headers);
  expect(headers).toMatchObject({ 'x-lictor-decision-id': id, ...seen.headers });
  const body = response.deniedResponse?.body ?? '';
  if (seen.grpc) expect(body).toBe(seen.detail);
  else {
    expect(JSON.parse(body)).toMatchObject({
      type: `urn:lictor:reason:${seen.reason}`,
      status: seen.status,
      detail: seen.detail,
      decision_id: id,
      reason: seen.reason,
    });
  }
}

function headersIn(options: readonly HeaderValueOptionMessage[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(options.map(({ header }) => [header?.key ?? '', header?.value ?? '']));
}
