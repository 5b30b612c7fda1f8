import { readFileSync } from 'node:fs';
import { isAllow } from '../../../src/engine/decision/decide.ts';
import { REASONS } from '../../../src/engine/decision/reasons.ts';
import { encodeCheck } from '../../../src/engine/envoy/encode.ts';
import {
  APPEND_ACTION,
  type CheckResponseMessage,
  type HeaderValueOptionMessage,
} from '../../../src/engine/envoy/messages.ts';
import { readStruct } from '../../../src/engine/envoy/metadata.ts';
import { NAMES } from '../../../src/engine/request/names.ts';
import { REVISION } from '../../support/policy-set.ts';
import { referenceAnswer } from '../../support/reference-answer.ts';
import { transferred } from '../../support/transferred.ts';
import { type Case, type CaseFile, caseFiles, type Expected, stepsOf } from './case-file.ts';
import { type Answered, runDirectly, runThroughCheck, setOf } from './run-case.ts';

const SCHEMA = JSON.parse(readFileSync('schema/lictor.schema.json', 'utf8')) as {
  readonly $defs: Readonly<Record<string, { readonly properties?: object }>>;
};

/** The topics of `test/cases`, each case twice: straight through `decide`, and from bytes to bytes. */
const rows = caseFiles().flatMap((file) =>
  file.cases.map((each) => [file.topic, each.name, file, each] as const),
);

afterAll(() => {
  process.stdout.write(`  ${rows.length} cases of the language, each from attributes and from bytes\n`);
});

describe('decide', () => {
  test.each(rows)('%s: %s', async (_topic, _name, file: CaseFile, each: Case) => {
    for (const answered of await runDirectly(setOf(file, each), each)) compare(answered);
  });
});

describe('decide, with a set from another process', () => {
  test.each(rows)('%s: %s', async (_topic, _name, file: CaseFile, each: Case) => {
    const set = { ...transferred(setOf(file, each)), revision: REVISION };
    for (const answered of await runDirectly(set, each)) compare(answered);
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

test('every name that an expression can read is read by some case', () => {
  const text = JSON.stringify(rows.map(([, , file]) => file));
  const unread = Object.keys(NAMES).filter(
    (name) => !new RegExp(`\\b${name.replaceAll('.', '\\.')}\\b`).test(text),
  );
  expect(unread).toEqual([]);
});

test('every field of the language is used by some case', () => {
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      used.add(name);
      visit(inner);
    }
  };
  for (const [, , file] of rows) visit(file);
  const unused = Object.entries(SCHEMA.$defs).flatMap(([kind, { properties = {} }]) =>
    // Fields of tests have tests of their own, and texts for people have reports.
    kind.startsWith('PolicyTest') || kind.startsWith('TestFixtures')
      ? []
      : Object.keys(properties).filter((name) => !used.has(name) && name !== 'description'),
  );
  expect([...new Set(unused)]).toEqual([]);
});

test('every reason that a case can bring about is brought about by one', () => {
  const expected = new Set(
    rows.flatMap(([, , , each]) => stepsOf(each).map(({ expect: wanted }) => wanted.reason)),
  );
  // Reasons before a decision, which the tests of the server cover.
  const before = ['not_ready', 'overloaded', 'deadline_exceeded', 'bad_check', 'not_http', 'internal_error'];
  expect(Object.keys(REASONS).filter((reason) => !expected.has(reason) && !before.includes(reason))).toEqual(
    [],
  );
});

const HEADERS = ['headers', 'requestHeaders', 'responseHeaders'] as const;

function compare({ seen, step, decision }: Answered): void {
  const { headers: _, requestHeaders: __, responseHeaders: ___, jwt, caller, ...plain } = step.expect;
  expect(seen).toMatchObject(plain);
  if ('caller' in step.expect) expect(seen.caller ?? null).toEqual(caller);
  if ('jwt' in step.expect) expect(seen.jwt ?? null).toEqual(jwt);
  for (const kind of HEADERS) compareHeaders(seen[kind], step.expect[kind]);
  expect(decision.revision).toBe(REVISION);
}

function compareHeaders(seen: Readonly<Record<string, string>>, expected: Expected['headers'] = {}): void {
  for (const [name, value] of Object.entries(expected))
    expect([name, seen[name] ?? null]).toEqual([name, value]);
}

/** The answer says what the decision says, and nothing else, in the bytes of the reference. */
function compareResponse({ decision, response = {}, seen }: Answered): void {
  expect(Buffer.from(encodeCheck(decision))).toEqual(Buffer.from(referenceAnswer(decision)));
  const { values, ...own } = readStruct(response.dynamicMetadata ?? {});
  expect(values ?? {}).toEqual(seen.metadata);
  expect(own).toEqual({
    decision: seen.decision,
    decision_id: decision.id,
    reason: seen.reason,
    policy: seen.policy,
    rule: seen.rule,
    revision: REVISION.commit,
    principal: decision.caller?.principal ?? decision.source.principal,
  });
  if (isAllow(decision.outcome)) compareAllow(response, seen);
  else compareDenial(response, seen, decision.id);
}

function compareAllow(response: CheckResponseMessage, seen: Answered['seen']): void {
  expect(response.status?.code ?? 0).toBe(0);
  expect(response.deniedResponse).toBeUndefined();
  const { ':path': path, ...headers } = headersIn(response.okResponse?.headers);
  expect(headers).toEqual(seen.requestHeaders);
  expect(path ?? null).toBe(seen.servicePath);
  const toCaller = response.okResponse?.responseHeadersToAdd ?? [];
  const isAppended = ({ appendAction }: HeaderValueOptionMessage) =>
    appendAction !== APPEND_ACTION.overwriteIfExistsOrAdd;
  expect(headersIn(toCaller.filter((header) => !isAppended(header)))).toEqual(seen.responseHeaders);
  expect(toCaller.filter(isAppended).map(({ header }) => [header?.key, header?.value])).toEqual(
    seen.appended,
  );
}

function compareDenial(response: CheckResponseMessage, seen: Answered['seen'], id: string): void {
  expect(response.status?.code).toBeGreaterThan(0);
  expect(response.okResponse).toBeUndefined();
  expect(response.deniedResponse?.status?.code).toBe(seen.status);
  const headers = headersIn(response.deniedResponse?.headers);
  expect(headers).toMatchObject({ 'x-lictor-decision-id': id, ...seen.headers });
  const body = response.deniedResponse?.body ?? '';
  if (seen.grpc) expect(body).toBe(seen.detail);
  else if (seen.body !== undefined) expect(body).toBe(seen.body);
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
