import { DEFAULT_MAX_REQUEST_BYTES } from '../../engine/request/buffer-limit.ts';
import type { Named } from '../language/document.ts';
import { sourceOf } from '../language/document.ts';
import { suggestion } from '../language/fields.ts';
import { child, type Located, report } from '../language/reader.ts';
import {
  type AfterSpec,
  type CaseItem,
  type CaseSpec,
  type RowSpec,
  readCase,
  type TestSpec,
} from '../language/test-document.ts';
import type { Cursor } from '../yaml/tree.ts';
import { caseOfItem, itemsOfDataset, valuesIn } from './case-of-item.ts';
import { ANONYMOUS_CALLER, caller } from './compile-caller.ts';
import { expectation } from './compile-expectation.ts';
import { compileMatrix } from './compile-matrix.ts';
import { complete } from './complete-request.ts';
import type { Fixtures } from './fixtures.ts';
import type { PolicyTestDocument, TestCaller, TestCase, TestRequest, TestStep } from './policy-test.ts';
import { environmentsOf, environmentsOfCase, nameIn, type RunsIn } from './test-environments.ts';
import { type CompiledNames, type Declared, takeRoom } from './test-names.ts';

/** References of the cases of one test document. */
interface Scope {
  readonly declared: Declared;
  readonly known: CompiledNames;
  readonly runsIn: RunsIn;
}

/** Resolves the names in a test document, reports unknown ones, and expands its rows and matrix to cases. */
export function compileTest(
  named: Named,
  spec: TestSpec,
  known: CompiledNames,
  fixtures: Fixtures,
): PolicyTestDocument {
  const { name, metadata } = named;
  const declared = fixtures.declaredBy(spec);
  const runsIn = environmentsOf(named, spec, known);
  const scope: Scope = { declared, known, runsIn };
  return {
    name: name.value,
    description: metadata.description ?? '',
    source: sourceOf(name.at),
    now: spec.now,
    xfccTrustedHops: spec.xfccTrustedHops ?? 0,
    maxRequestBytes: spec.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES,
    cases: [
      ...(spec.cases ?? []).flatMap(({ value, at }) => compileItem(value, at, scope)),
      ...(spec.matrix ?? []).flatMap(({ value, at }) => compileMatrix(value, at, declared, runsIn, known)),
    ],
  };
}

function compileItem(item: CaseItem, at: Cursor, scope: Scope): readonly TestCase[] {
  return item.data === undefined ? compileCase(item.spec, at, scope) : compileOver(item.data, at, scope);
}

/** The case once for each row of a Dataset. */
function compileOver(name: Located<string>, at: Cursor, scope: Scope): readonly TestCase[] {
  const { known } = scope;
  const data = known.dataset(name.value);
  if (data === undefined) {
    if (known.incomplete) return [];
    const help = () => suggestion(name.value, known.datasets);
    report(name.at, 'unknown_reference', `unknown Dataset \`${name.value}\``, help);
    return [];
  }
  const size = valuesIn(at.tree);
  const cases: TestCase[] = [];
  for (const item of itemsOfDataset(data)) {
    // The values of the case are copied for each row.
    if (!takeRoom(known, at, { headers: { size } })) break;
    const own = caseOfItem(at, item);
    const spec = readCase(own);
    if (spec !== undefined) cases.push(...compileOne(spec, own, scope));
  }
  return cases;
}

function compileCase(spec: CaseSpec, at: Cursor, scope: Scope): readonly TestCase[] {
  if (spec.each === undefined) return compileOne(spec, at, scope);
  const rows: TestCase[] = [];
  for (const [index, row] of spec.each.entries()) {
    rows.push(...compileOne(rowCase(spec, row, index), row.at, scope));
    if (scope.known.room.left <= 0) break;
  }
  return rows;
}

/** The case of one row of `each`. */
function rowCase(spec: CaseSpec, { value: row, at }: Located<RowSpec>, index: number): CaseSpec {
  const {
    expect,
    request = spec.request,
    caller = spec.caller,
    repeat = spec.repeat,
    keys = spec.keys,
  } = row;
  const name = spec.name && `${spec.name} (${row.name ?? index + 1})`;
  const isShort = child(at, 'expect')?.tree.kind === 'scalar';
  return {
    name,
    environments: row.environments ?? spec.environments,
    caller,
    request,
    with: merged(spec.with, row.with),
    repeat,
    keys,
    expect: isShort ? expect : merged(spec.expect, expect),
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

/** The case, once in each of its Environments. */
function compileOne(spec: CaseSpec, at: Cursor, scope: Scope): readonly TestCase[] {
  const { known } = scope;
  const named = callerOf(spec.caller, scope);
  const request = requestOf(spec, at, scope);
  const expect = spec.expect && expectation(spec.expect, known);
  const runsIn = environmentsOfCase(spec.environments, scope.runsIn, known);
  const after = (spec.after ?? []).flatMap((step) => compileStep(step, scope));
  const keys = keySetsOf(spec.keys, known);
  const { name, repeat = 1 } = spec;
  if (name === undefined || named === undefined || request === undefined || expect === undefined) return [];
  const cases: TestCase[] = [];
  for (const environment of runsIn.names) {
    if (!takeRoom(known, at, request)) break;
    const own = { name: nameIn(name, environment, runsIn), environment };
    cases.push({
      ...own,
      from: 'cases',
      source: sourceOf(at),
      caller: named,
      request,
      repeat,
      keys,
      after,
      expect,
    });
  }
  return cases;
}

function compileStep({ value, at }: Located<AfterSpec>, scope: Scope): readonly TestStep[] {
  const caller = callerOf(value.caller, scope);
  const request = requestOf(value, at, scope);
  if (caller === undefined || request === undefined) return [];
  return [{ caller, request, repeat: value.repeat ?? 1, keys: keySetsOf(value.keys, scope.known) }];
}

/** A caller by name, or as written in the case. */
function callerOf(spec: AfterSpec['caller'], { declared, known }: Scope): TestCaller | undefined {
  if (spec === undefined) return ANONYMOUS_CALLER;
  const { value, at } = spec;
  return typeof value === 'string' ? declared.caller({ value, at }) : caller('caller', value, at, known);
}

function keySetsOf(keys: AfterSpec['keys'], { issuers, incomplete }: CompiledNames): TestStep['keys'] {
  for (const [name, { at }] of keys ?? []) {
    if (issuers.has(name) || incomplete) continue;
    const help = () => suggestion(name, issuers.keys());
    report(at, 'unknown_reference', `unknown Issuer \`${name}\``, help, at.key);
  }
  return keys && new Map([...keys].map(([name, { value }]) => [name, value]));
}

function requestOf(
  { request, with: changes }: Pick<AfterSpec, 'request' | 'with'>,
  at: Cursor,
  { declared, known }: Scope,
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
    return complete('', request.request, changes, known.encodeCall);
  }
  const name = request.request;
  const found = declared.request({ value: name, at: request.at });
  return found && complete(name, found, changes, known.encodeCall);
}
