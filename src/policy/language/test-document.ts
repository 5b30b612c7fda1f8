import type { Cursor } from '../yaml/tree.ts';
import { type Fields, mapping, type Read, reportUnknownFields } from './fields.ts';
import { requestHelp } from './place-hints.ts';
import { child, integer, type Located, list, located, mapOf, nonEmptyText, someOf } from './reader.ts';
import type { Reader, ShapedField } from './shape.ts';
import { shaped, shapeOf } from './shape.ts';
import { EXPECT_FIELDS, type ExpectSpec, readExpect } from './test-expect.ts';
import { type CallerSpec, callerSpec, REQUEST_FIELDS, type RequestSpec } from './test-request.ts';
import { instant } from './values.ts';

/** Most repetitions of one request. */
const MOST_REPEATS = 100_000;
/** Most bytes of a check, 16 MiB. */
const MOST_BODY_BYTES = 16_777_216;

const readRequest: Reader<RequestSpec> = mapping(REQUEST_FIELDS, requestHelp);

/** The name of a caller, or a caller. */
const namedOrCaller: Reader<Located<string | CallerSpec>> = (at) => {
  const value = at.tree.kind === 'mapping' ? callerSpec(at) : nonEmptyText(at);
  return value === undefined ? undefined : { value, at };
};

shaped(namedOrCaller, { kind: 'either', of: [nonEmptyText, callerSpec] });

/** The name of a request, or a request, with its location. */
const namedOrRequest: Reader<{ readonly at: Cursor; readonly request: string | RequestSpec }> = (at) => {
  const request = at.tree.kind === 'mapping' ? readRequest(at) : nonEmptyText(at);
  return request === undefined ? undefined : { at, request };
};

shaped(namedOrRequest, { kind: 'either', of: [nonEmptyText, readRequest] });

const keyNames = someOf(nonEmptyText);
const nothing: Reader<null> = shaped<null>(() => null, { kind: 'value', schema: { type: 'null' } });

/** Names of keys, or `~` for a key set that cannot be fetched. */
const keySet: Reader<readonly string[] | null> = (at) =>
  at.tree.kind === 'scalar' && at.tree.value === null ? null : keyNames(at);

shaped(keySet, { kind: 'either', of: [keyNames, nothing] });

const KEY_SETS = {
  read: mapOf(located(keySet)),
  doc: 'by Issuer the names of the keys in its key set from this request on; `~`: it cannot be fetched; default `[current]`',
} as const satisfies ShapedField;

export const AFTER_FIELDS = {
  caller: {
    read: namedOrCaller,
    doc: 'the name of a caller, or a caller; default: no certificate and no token',
  },
  request: { read: namedOrRequest, doc: 'the name of a request, or a request', required: true },
  with: { read: readRequest, doc: 'fields that differ from the named request' },
  repeat: { read: integer(1, MOST_REPEATS), doc: 'number of times it is sent; default 1' },
  keys: KEY_SETS,
} as const satisfies Fields;

const environments = someOf(located(nonEmptyText));

export const ROW_FIELDS = {
  name: { read: nonEmptyText, doc: 'the name of the row; default: its number' },
  environments: { read: environments, doc: 'replaces `environments` of the case' },
  caller: { read: namedOrCaller, doc: 'replaces the caller of the case' },
  request: { read: namedOrRequest, doc: 'replaces the request of the case' },
  with: { read: readRequest, doc: 'fields that differ from the request, merged over `with` of the case' },
  repeat: { read: integer(1, MOST_REPEATS), doc: 'replaces `repeat` of the case' },
  keys: { ...KEY_SETS, doc: 'replaces `keys` of the case' },
  expect: {
    read: readExpect,
    doc: 'expected fields, merged over `expect` of the case; `allow` or `deny` alone replaces it',
  },
} as const satisfies Fields;

export const EACH_FIELDS = {
  data: { read: located(nonEmptyText), doc: 'name of a Dataset', required: true },
} as const satisfies Fields;

const rows = someOf(located(mapping(ROW_FIELDS)));

export const CASE_FIELDS = {
  name: { read: nonEmptyText, doc: 'the behaviour that the case shows', required: true },
  environments: {
    read: environments,
    doc: 'names of the Environments in which the case runs; default: those of the test',
  },
  after: {
    read: someOf(located(mapping(AFTER_FIELDS))),
    doc: 'requests that are sent before; their answers are not compared',
  },
  caller: {
    read: namedOrCaller,
    doc: 'the name of a caller, or a caller; default: no certificate and no token',
  },
  request: { read: namedOrRequest, doc: 'the name of a request, or a request', required: true },
  with: { read: readRequest, doc: 'fields that differ from the named request' },
  repeat: {
    read: integer(1, MOST_REPEATS),
    doc: 'number of times it is sent; the last answer is compared; default 1',
  },
  keys: KEY_SETS,
  expect: {
    read: readExpect,
    doc: 'the expected answer: `allow`, `deny`, or fields; fields that are not named are not compared',
    required: true,
  },
  each: {
    read: rows,
    like: shaped(() => undefined, { kind: 'either', of: [rows, mapping(EACH_FIELDS)] }),
    doc: 'rows, each of which is the case with some fields replaced, or `{data: NAME}` for the rows of a Dataset',
  },
} as const satisfies Fields;

export const readCase: Reader<CaseSpec> = mapping(CASE_FIELDS);

/** A case, or the name of a Dataset for whose rows the case is read. */
export type CaseItem =
  | { readonly spec: CaseSpec; readonly data?: undefined }
  | { readonly data: Located<string>; readonly spec?: undefined };

const readCaseItem: Reader<CaseItem> = (at) => {
  const each = child(at, 'each');
  if (each?.tree.kind === 'mapping') {
    // The other fields are read with the values of a row.
    if (at.tree.kind === 'mapping') reportUnknownFields(at, at.tree, CASE_FIELDS);
    const data = mapping(EACH_FIELDS)(each)?.data;
    return data && { data };
  }
  const spec = readCase(at);
  return spec && { spec };
};

shaped(readCaseItem, shapeOf(readCase));

/** Expectations by name: of the other requests of a caller, or the other callers of a request. */
type ByName = ReadonlyMap<string, Located<ExpectSpec>>;

/** An entry of a matrix: for the whole row or column, or by name. */
export type MatrixEntry =
  | { readonly expect: ExpectSpec; readonly byName?: undefined }
  | { readonly byName: ByName; readonly expect?: undefined };

const byName: Reader<ByName> = mapOf(located(readExpect));

/** A mapping with a field of an expected answer is one; every other mapping has names as keys. */
const matrixEntry: Reader<MatrixEntry> = (at) => {
  const { tree } = at;
  if (tree.kind === 'mapping' && ![...tree.entries.keys()].some(isExpectField) && tree.entries.size > 0) {
    const read = byName(at);
    return read && { byName: read };
  }
  const expect = readExpect(at);
  return expect && { expect };
};

const onlyNames = shaped<ByName>((at) => byName(at), {
  kind: 'map',
  value: located(readExpect),
  reserved: Object.keys(EXPECT_FIELDS),
});

shaped(matrixEntry, { kind: 'either', of: [readExpect, onlyNames] });

function isExpectField(name: string): boolean {
  return Object.hasOwn(EXPECT_FIELDS, name);
}

/** Rows for the names inside an entry of a matrix, which are those of the other side. */
export const PAIR_FIELDS = {
  request: { read: byName, doc: 'the expected answer by request' },
  caller: { read: byName, doc: 'the expected answer by caller' },
} as const satisfies Readonly<Record<string, ShapedField>>;

function matrixEntries(names: ShapedField): Reader<Located<ReadonlyMap<string, Located<MatrixEntry>>>> {
  const entries = mapOf(located(matrixEntry));
  const shape = shapeOf(entries);
  const read = located(entries);
  return shaped(read, shape?.kind === 'map' ? { ...shape, entry: names } : shape);
}

export const MATRIX_FIELDS = {
  environments: {
    read: environments,
    doc: 'names of the Environments in which its cases run; default: those of the test',
  },
  callers: { read: someOf(located(nonEmptyText)), doc: 'names of callers', required: true },
  requests: { read: someOf(located(nonEmptyText)), doc: 'names of requests', required: true },
  expect: {
    read: matrixEntries(PAIR_FIELDS.request),
    doc: 'the expected answer by caller, or by caller and request: `allow`, `deny`, or fields as in a case',
  },
  byRequest: {
    read: matrixEntries(PAIR_FIELDS.caller),
    doc: 'the expected answer by request, or by request and caller',
  },
  others: { read: readExpect, doc: 'the expected answer of all other pairs' },
} as const satisfies Fields;

export const TEST_FIELDS = {
  now: { read: instant, doc: 'fixed time of all cases (RFC 3339)' },
  environment: {
    read: located(nonEmptyText),
    doc: 'the name of an Environment; required if the folder has several',
  },
  environments: {
    read: environments,
    doc: 'names of several Environments, in each of which every case runs',
  },
  xfccTrustedHops: {
    read: integer(0, 16),
    doc: 'number of trusted elements of `x-forwarded-client-cert`, as `serve --xfcc-trusted-hops`; default 0',
  },
  maxRequestBytes: {
    read: integer(1, MOST_BODY_BYTES),
    doc: 'bytes of a body that the proxy sends, as `serve --max-request-bytes`; default 65536',
  },
  callers: { read: mapOf(located(callerSpec)), doc: 'callers by name' },
  requests: { read: mapOf(located(readRequest)), doc: 'requests by name' },
  cases: { read: list(located(readCaseItem)), doc: 'test cases, one request each' },
  matrix: {
    read: list(located(mapping(MATRIX_FIELDS))),
    doc: 'test cases for every combination of callers and requests',
  },
} as const satisfies Fields;

export type TestSpec = Read<typeof TEST_FIELDS>;
export type CaseSpec = Read<typeof CASE_FIELDS>;
export type AfterSpec = Read<typeof AFTER_FIELDS>;
export type RowSpec = Read<typeof ROW_FIELDS>;
export type MatrixSpec = Read<typeof MATRIX_FIELDS>;

export const readTestSpec: Reader<TestSpec> = mapping(TEST_FIELDS);
