import { quoted } from '../../diagnostic/suggest.ts';
import { thousands } from '../../diagnostic/thousands.ts';
import { DEFAULT_MAX_REQUEST_BYTES } from '../../engine/request/buffer-limit.ts';
import type { CompiledPolicy } from '../../engine/set/policy-set.ts';
import type { Named } from '../language/document.ts';
import { sourceOf } from '../language/document.ts';
import { exactlyOne, suggestion } from '../language/fields.ts';
import { child, type Located, report } from '../language/reader.ts';
import type {
  AfterSpec,
  CallerSpec,
  CaseSpec,
  ExpectSpec,
  MatrixSpec,
  RequestSpec,
  RowSpec,
  TestSpec,
} from '../language/test-document.ts';
import type { Cursor } from '../yaml/tree.ts';
import { complete, definedOf } from './complete-request.ts';
import type {
  Expectation,
  PolicyTestDocument,
  TestCaller,
  TestCase,
  TestRequest,
  TestStep,
} from './policy-test.ts';

/** Names of a folder that its tests may refer to. */
export interface CompiledNames {
  readonly policies: ReadonlyMap<string, CompiledPolicy>;
  readonly issuers: ReadonlyMap<string, unknown>;
  readonly environments: ReadonlyMap<string, unknown>;
  /** Names of policies that could not be read, or of which a rule or limit could not be read. */
  readonly partial: ReadonlySet<string>;
  /** True if part of the folder could not be read, so that a missing name may be declared there. */
  readonly incomplete: boolean;
  readonly reasons: ReadonlySet<string> | undefined;
  readonly room: TestRoom;
}

/** Room for the cases that the tests of a folder expand to, shared by all of them. */
interface TestRoom {
  /** Cases, and headers in their requests. */
  left: number;
}

/** Most cases of a folder after its matrices and rows are expanded, together with the headers of their requests. */
export const MOST_CASES = 250_000;

/** The callers and requests that a test document declares, by name. */
interface Declared {
  readonly callers: ReadonlyMap<string, TestCaller>;
  readonly requests: ReadonlyMap<string, RequestSpec>;
}

const HOUR = 3_600_000;
/** TEST-NET-1 (RFC 5737). */
const ADDRESS = '192.0.2.1';
/** Caller without a certificate and without a token. */
export const ANONYMOUS_CALLER: TestCaller = {
  name: '',
  principal: '',
  address: ADDRESS,
  jwt: undefined,
  token: undefined,
};

/** Resolves the names in a test document, reports unknown ones, and expands its matrix to cases. */
export function compileTest(named: Named, spec: TestSpec, known: CompiledNames): PolicyTestDocument {
  const { name, metadata } = named;
  const callers = new Map(
    [...(spec.callers ?? [])].map(([key, { value, at }]) => [key, caller(key, value, at, known)]),
  );
  const requests = new Map([...(spec.requests ?? [])].map(([key, { value }]) => [key, value]));
  const declared: Declared = { callers, requests };
  return {
    name: name.value,
    description: metadata.description ?? '',
    source: sourceOf(name.at),
    now: spec.now,
    environment: environmentOf(named, spec, known),
    xfccTrustedHops: spec.xfccTrustedHops ?? 0,
    maxRequestBytes: spec.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES,
    cases: [
      ...(spec.cases ?? []).flatMap(({ value, at }) => compileCase(value, at, declared, known)),
      ...(spec.matrix ?? []).flatMap(({ value }) => compileMatrix(value, declared, known)),
    ],
  };
}

/** The only Environment, or the one of several that the test names. */
function environmentOf(
  { name, at }: Named,
  { environment }: TestSpec,
  { environments, incomplete }: CompiledNames,
): string {
  const [first = '', second] = environments.keys();
  if (environment === undefined) {
    if (second === undefined) return first;
    const help = `write \`environment:\` with one of ${quoted(environments.keys())}`;
    const message = 'the folder has several Environments, and the test names none';
    report({ ...at, path: '' }, 'missing_field', message, help, name.at.tree.range);
    return first;
  }
  if (environments.has(environment.value) || incomplete) return environment.value;
  const help = () => suggestion(environment.value, environments.keys());
  report(environment.at, 'unknown_reference', `unknown Environment \`${environment.value}\``, help);
  return first;
}

/** A caller with all defaults. */
export function caller(name: string, spec: CallerSpec, at: Cursor, known: CompiledNames): TestCaller {
  const { principal = '', address = ADDRESS, jwt, token, certificate, port, service, labels } = spec;
  if (jwt !== undefined && token !== undefined) exactlyOne(at, ['jwt', 'token']);
  const issuer = jwt?.issuer;
  if (issuer !== undefined && !known.issuers.has(issuer.value) && !known.incomplete) {
    const help = () => suggestion(issuer.value, known.issuers.keys());
    report(issuer.at, 'unknown_reference', `unknown Issuer \`${issuer.value}\``, help);
  }
  const { claims = {}, header = {}, expiresIn = HOUR } = jwt ?? {};
  const signed = issuer === undefined ? undefined : { issuer: issuer.value, claims, header, expiresIn };
  const peer = { port, service, labels, certificate: certificate && definedOf(certificate) };
  return { name, principal, address, ...peer, jwt: signed, token };
}

function compileCase(
  spec: CaseSpec,
  at: Cursor,
  declared: Declared,
  known: CompiledNames,
): readonly TestCase[] {
  if (spec.each === undefined) return compileOne(spec, at, declared, known);
  const rows: TestCase[] = [];
  for (const [index, row] of spec.each.entries()) {
    rows.push(...compileOne(rowCase(spec, row.value, index), row.at, declared, known));
    if (known.room.left <= 0) break;
  }
  return rows;
}

/** Takes room for a case; false, and reported the first time, if there is none left. */
function takeRoom({ room }: CompiledNames, at: Cursor, { headers }: Pick<TestRequest, 'headers'>): boolean {
  if (room.left <= 0) return false;
  room.left -= 1 + headers.size;
  if (room.left > 0) return true;
  const message = `the tests of the folder expand to more than ${thousands(MOST_CASES)} cases, counting the headers of each`;
  report(at, 'too_large', message, 'write fewer rows in `each`, or fewer callers or requests in `matrix`');
  return false;
}

/** The case of one row of `each`. */
function rowCase(spec: CaseSpec, row: RowSpec, index: number): CaseSpec {
  const { expect, request = spec.request, caller = spec.caller, repeat = spec.repeat } = row;
  const name = spec.name && `${spec.name} (${row.name ?? index + 1})`;
  return {
    name,
    caller,
    request,
    with: merged(spec.with, row.with),
    repeat,
    expect: merged(spec.expect, expect),
    after: spec.after,
    each: undefined,
  };
}

/** The fields of both, `over` before `under`; headers are merged by name. */
function merged<T extends object>(under: T | undefined, over: T | undefined): T | undefined {
  if (under === undefined || over === undefined) return over ?? under;
  const fields: Record<string, unknown> = Object.fromEntries(Object.entries(under));
  for (const [name, value] of Object.entries(over)) {
    const before = fields[name];
    if (value instanceof Map && before instanceof Map) fields[name] = new Map([...before, ...value]);
    else if (value !== undefined) fields[name] = value;
  }
  // Every field comes from one of the two.
  return fields as T;
}

function compileOne(
  spec: CaseSpec,
  at: Cursor,
  declared: Declared,
  known: CompiledNames,
): readonly TestCase[] {
  const named =
    spec.caller === undefined ? ANONYMOUS_CALLER : lookUp(spec.caller, declared.callers, 'caller');
  const request = requestOf(spec, at, declared);
  const expect = spec.expect && expectation(spec.expect, known);
  if (spec.name === undefined || named === undefined || request === undefined || expect === undefined)
    return [];
  if (!takeRoom(known, at, request)) return [];
  const { name, repeat = 1 } = spec;
  const after = (spec.after ?? []).flatMap((step) => compileStep(step, declared));
  return [{ name, from: 'cases', source: sourceOf(at), caller: named, request, repeat, after, expect }];
}

function compileStep({ value, at }: Located<AfterSpec>, declared: Declared): readonly TestStep[] {
  const caller =
    value.caller === undefined ? ANONYMOUS_CALLER : lookUp(value.caller, declared.callers, 'caller');
  const request = requestOf(value, at, declared);
  if (caller === undefined || request === undefined) return [];
  return [{ caller, request, repeat: value.repeat ?? 1 }];
}

function requestOf(
  { request, with: changes }: AfterSpec,
  at: Cursor,
  { requests }: Declared,
): TestRequest | undefined {
  if (request === undefined) return undefined;
  if (typeof request.request !== 'string') {
    const change = child(at, 'with');
    if (change !== undefined && child(at, 'request') !== undefined)
      report(
        change,
        'misplaced_field',
        '`with` changes a named request, but this request is written inline',
        'write the fields in `request`',
        change.key,
      );
    return complete('', request.request, changes);
  }
  const name = request.request;
  const found = lookUp({ value: name, at: request.at }, requests, 'request');
  return found && complete(name, found, changes);
}

function compileMatrix(spec: MatrixSpec, declared: Declared, known: CompiledNames): readonly TestCase[] {
  const { callers = [], requests = [], expect } = spec;
  reportExtra(spec, known);
  const cases: TestCase[] = [];
  for (const who of callers) {
    const named = lookUp(who, declared.callers, 'caller');
    const expected = expect?.value.get(who.value);
    if (expect !== undefined && expected === undefined && child(expect.at, who.value) === undefined) {
      const message = `the caller \`${who.value}\` has no expectation`;
      const help = `write \`${who.value}: allow\`, \`${who.value}: deny\` or the fields of an \`expect\``;
      report(expect.at, 'missing_field', message, help, expect.at.key);
    }
    for (const what of requests) {
      const found = lookUp(what, declared.requests, 'request');
      if (named === undefined || found === undefined || expected === undefined) continue;
      const request = complete(what.value, found, undefined);
      if (!takeRoom(known, what.at, request)) return cases;
      cases.push({
        name: `${who.value} × ${what.value}`,
        from: 'matrix',
        source: sourceOf(expected.at),
        caller: named,
        request,
        repeat: 1,
        after: [],
        expect: expectation(expected.value, known),
      });
    }
  }
  return cases;
}

/** Reports expectations for callers that the matrix does not list, which would never be compared. */
function reportExtra({ callers = [], expect }: MatrixSpec, known: CompiledNames): void {
  const listed = new Set(callers.map(({ value }) => value));
  for (const [name, { value, at }] of expect?.value ?? []) {
    if (listed.has(name)) continue;
    report(
      at,
      'unknown_reference',
      `\`${name}\` is not in \`callers\` of this matrix`,
      () => suggestion(name, listed),
      at.key,
    );
    expectation(value, known);
  }
}

/** The reason that was meant, else those that begin with the same word, as for `body_invalid`, else where all are. */
function reasonHelp(written: string, reasons: ReadonlySet<string>): string {
  const [word = ''] = written.split(/[_-]/);
  const related = [...reasons].filter((name) => name.startsWith(`${word}_`));
  return (
    suggestion(written, reasons) ??
    (related.length === 0
      ? 'docs/reasons.md lists all reasons'
      : `reasons that begin with \`${word}\`: ${quoted(related)}`)
  );
}

function expectation(spec: ExpectSpec, known: CompiledNames): Expectation {
  const { decision, reason, status, requestHeaders, responseHeaders } = spec;
  if (reason !== undefined && known.reasons !== undefined && !known.reasons.has(reason.value)) {
    const { reasons } = known;
    report(reason.at, 'unknown_value', `unknown reason \`${reason.value}\``, () =>
      reasonHelp(reason.value, reasons),
    );
  }
  const [before, after] = spec.rule?.value.split('/', 2) ?? [];
  const policy = spec.policy?.value ?? (after === undefined ? undefined : before);
  const rule = after ?? before;
  if (!known.incomplete) reportUnknown(spec, policy, rule, known);
  const snapshot = spec.snapshot?.value;
  for (const [name, { at }] of spec.shadow ?? []) {
    if (known.policies.has(name) || known.partial.has(name) || known.incomplete) continue;
    const help = () => suggestion(name, known.policies.keys());
    report(at, 'unknown_reference', `unknown policy \`${name}\``, help, at.key);
  }
  const shadow = spec.shadow && new Map([...spec.shadow].map(([name, { value }]) => [name, value]));
  return {
    decision,
    reason: reason?.value,
    status,
    policy,
    rule,
    requestHeaders,
    responseHeaders,
    shadow,
    snapshot,
  };
}

/**
 * Reports policies and rules that a test expects and the folder does not have. An empty name means no policy or rule.
 */
function reportUnknown(
  spec: ExpectSpec,
  policy: string | undefined,
  rule: string | undefined,
  known: CompiledNames,
): void {
  const { policies } = known;
  const at = spec.policy?.at ?? spec.rule?.at;
  if (at === undefined) return;
  const found = policies.get(policy ?? '');
  if (policy === undefined || policy === '' ? known.partial.size > 0 : known.partial.has(policy)) return;
  if (policy !== undefined && policy !== '' && found === undefined) {
    const help = () => suggestion(policy, policies.keys());
    report(at, 'unknown_reference', `unknown policy \`${policy}\``, help);
    return;
  }
  if (rule === undefined || rule === '' || spec.rule === undefined) return;
  const names = found === undefined ? allPartNames(policies) : partNames(found);
  if (names.has(rule)) return;
  const where = found === undefined ? 'no policy has' : `the policy \`${found.name}\` has no`;
  const what = found === undefined ? `a rule or limit \`${rule}\`` : `rule or limit \`${rule}\``;
  report(spec.rule.at, 'unknown_reference', `${where} ${what}`, () => suggestion(rule, names));
}

/** Names of rules and limits, by policy and for all policies: thousands of cases look them up. */
const PART_NAMES = new WeakMap<object, ReadonlySet<string>>();

function partNames(policy: CompiledPolicy): ReadonlySet<string> {
  const { denyRules, allowRules, firstLimits, lastLimits } = policy;
  return remembered(policy, () =>
    [...denyRules, ...allowRules, ...firstLimits, ...lastLimits].map(({ name }) => name),
  );
}

function allPartNames(policies: ReadonlyMap<string, CompiledPolicy>): ReadonlySet<string> {
  return remembered(policies, () => [...policies.values()].flatMap((policy) => [...partNames(policy)]));
}

function remembered(of: object, names: () => readonly string[]): ReadonlySet<string> {
  const known = PART_NAMES.get(of) ?? new Set(names());
  PART_NAMES.set(of, known);
  return known;
}

function lookUp<T>(
  { value, at }: Located<string>,
  known: ReadonlyMap<string, T>,
  what: string,
): T | undefined {
  const found = known.get(value);
  if (found !== undefined) return found;
  const help = () => suggestion(value, known.keys());
  return report(at, 'unknown_reference', `unknown ${what} \`${value}\``, help);
}
