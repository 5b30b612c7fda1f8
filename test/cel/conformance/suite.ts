import { tests as conformance } from '@bufbuild/cel-spec/testdata/conformance.js';
import type { SerializedIncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { createEnvironment, type Environment } from '../../../src/cel/check/environment.ts';
import { type FunctionDeclaration, type Overload, overload } from '../../../src/cel/library/function.ts';
import { TypeValue } from '../../../src/cel/value/boxed.ts';
import { parseDuration } from '../../../src/cel/value/duration.ts';
import { MapBuilder } from '../../../src/cel/value/map.ts';
import { double, int, uint } from '../../../src/cel/value/number.ts';
import { parseTimestamp } from '../../../src/cel/value/timestamp.ts';
import { DYN, type Type } from '../../../src/cel/value/type.ts';

/** Case of the suite, from the JSON of the specification's test data. */
export interface Case {
  /** `file/section/name`. */
  readonly name: string;
  readonly file: string;
  readonly expr: string;
  readonly disableCheck: boolean;
  readonly checkOnly: boolean;
  readonly environment: Environment | undefined;
  readonly activation: Readonly<Record<string, unknown>>;
  readonly expected: Expected;
  /** Type that the reference implementation finds; undefined if the suite does not have it. */
  readonly referenceType: string | undefined;
}

interface Expected {
  readonly isError: boolean;
  /** Undefined if the value is not checked. */
  readonly value: { readonly value: unknown } | undefined;
  readonly type: Type | undefined;
}

type Json = Readonly<Record<string, unknown>>;

function casesIn(suite: SerializedIncrementalTestSuite, file: string, path: readonly string[]): Case[] {
  const here = [...path, suite.name];
  const below = (suite.suites ?? []).flatMap((inner) => casesIn(inner, file, here));
  const own = (suite.tests ?? []).map(({ original, type }) => ({
    ...toCase(original, file, here),
    referenceType: type,
  }));
  return [...below, ...own];
}

/** Thrown for a case that needs protobuf messages. */
class NeedsMessages extends Error {}

function toCase(
  test: Json & { readonly name?: string; readonly expr: string },
  file: string,
  path: readonly string[],
): Omit<Case, 'referenceType'> {
  const { expr } = test;
  const common = {
    name: [...path, test.name ?? expr].join('/'),
    file,
    expr,
    disableCheck: test['disableCheck'] === true,
    checkOnly: test['checkOnly'] === true,
  };
  try {
    return {
      ...common,
      environment: environmentOf(test),
      activation: bindingsOf(test),
      expected: expectedOf(test),
    };
  } catch (error) {
    if (!(error instanceof NeedsMessages)) throw error;
    const expected = { isError: false, value: undefined, type: undefined };
    return { ...common, environment: undefined, activation: {}, expected };
  }
}

function environmentOf(test: Json): Environment {
  const variables = new Map<string, Type>();
  const functions: FunctionDeclaration[] = [];
  for (const declaration of (test['typeEnv'] ?? []) as readonly Json[]) {
    const name = String(declaration['name']);
    const ident = declaration['ident'] as Json | undefined;
    const declared = declaration['function'] as Json | undefined;
    if (ident !== undefined) variables.set(name, typeOf(ident['type'] as Json));
    if (declared !== undefined) {
      const overloads = (declared['overloads'] as readonly Json[]).map(overloadOf);
      functions.push({ name, doc: '', examples: [], overloads });
    }
  }
  const container = typeof test['container'] === 'string' ? test['container'] : '';
  return { ...createEnvironment({}, functions), roots: variables, names: variables, container };
}

function overloadOf(declared: Json): Overload {
  const parameters = ((declared['params'] ?? []) as readonly Json[]).map(typeOf);
  const names = JSON.stringify(declared).matchAll(/"typeParam":"(\w+)"/g);
  return {
    ...overload([], 'dyn', () => undefined),
    parameters,
    result: typeOf(declared['resultType'] as Json),
    typeParameters: [...new Set([...names].map(([, name = '']) => name))],
  };
}

const PRIMITIVES: Readonly<Record<string, Type>> = {
  BOOL: { kind: 'bool' },
  INT64: { kind: 'int' },
  UINT64: { kind: 'uint' },
  DOUBLE: { kind: 'double' },
  STRING: { kind: 'string' },
  BYTES: { kind: 'bytes' },
};

/** The type of a `cel.expr.Type` in JSON. */
function typeOf(type: Json): Type {
  const [kind = '', of] = Object.entries(type)[0] ?? [];
  const parts = of as Json;
  switch (kind) {
    case 'dyn':
      return DYN;
    case 'null':
      return { kind: 'null' };
    case 'primitive':
      return PRIMITIVES[String(of)] ?? DYN;
    case 'typeParam':
      return { kind: 'parameter', name: String(of) };
    case 'wellKnown':
      if (of === 'TIMESTAMP') return { kind: 'timestamp' };
      if (of === 'DURATION') return { kind: 'duration' };
      throw new NeedsMessages();
    case 'messageType':
      if (of === 'google.protobuf.Timestamp') return { kind: 'timestamp' };
      if (of === 'google.protobuf.Duration') return { kind: 'duration' };
      throw new NeedsMessages();
    case 'listType':
      return { kind: 'list', element: typeOf(parts['elemType'] as Json) };
    case 'mapType':
      return {
        kind: 'map',
        key: typeOf(parts['keyType'] as Json),
        value: typeOf(parts['valueType'] as Json),
      };
    case 'type':
      return { kind: 'type', of: typeOf(parts) };
    case 'abstractType': {
      const parameters = ((parts['parameterTypes'] ?? []) as readonly Json[]).map(typeOf);
      const name = String(parts['name']);
      const [first = DYN] = parameters;
      return name === 'optional_type'
        ? { kind: 'optional', of: first }
        : { kind: 'opaque', name, parameters };
    }
    default:
      throw new NeedsMessages();
  }
}

function bindingsOf(test: Json): Readonly<Record<string, unknown>> {
  const bindings = (test['bindings'] ?? {}) as Readonly<Record<string, Json>>;
  return Object.fromEntries(
    Object.entries(bindings).map(([name, { value }]) => [name, valueOf(value as Json)]),
  );
}

function expectedOf(test: Json): Expected {
  const { value, typedResult, evalError, anyEvalErrors } = test;
  const isError = evalError !== undefined || anyEvalErrors !== undefined;
  if (isError) return { isError, value: undefined, type: undefined };
  if (typedResult !== undefined) {
    const { result, deducedType } = typedResult as Json;
    return {
      isError,
      value: result === undefined ? undefined : { value: valueOf(result as Json) },
      type: deducedType === undefined ? undefined : typeOf(deducedType as Json),
    };
  }
  return { isError, value: { value: value === undefined ? true : valueOf(value as Json) }, type: undefined };
}

/** The value of a `cel.expr.Value` in JSON. */
function valueOf(value: Json): unknown {
  const [kind = '', of] = Object.entries(value)[0] ?? [];
  switch (kind) {
    case 'nullValue':
      return null;
    case 'boolValue':
    case 'stringValue':
      return of;
    case 'int64Value':
      return int(BigInt(String(of)));
    case 'uint64Value':
      return uint(BigInt(String(of)));
    case 'doubleValue':
      return double(Number(of));
    case 'bytesValue':
      return new Uint8Array(Buffer.from(String(of), 'base64'));
    case 'typeValue':
      return new TypeValue(String(of));
    case 'listValue':
      return (((of as Json)['values'] ?? []) as readonly Json[]).map(valueOf);
    case 'mapValue': {
      const map = new MapBuilder();
      for (const entry of ((of as Json)['entries'] ?? []) as readonly Json[]) {
        map.add(valueOf(entry['key'] as Json), valueOf(entry['value'] as Json));
      }
      return map.build();
    }
    case 'objectValue':
      return wellKnown(of as Json);
    default:
      throw new NeedsMessages();
  }
}

function wellKnown(message: Json): unknown {
  const text = String(message['value']);
  switch (message['@type']) {
    case 'type.googleapis.com/google.protobuf.Timestamp':
      return parseTimestamp(text);
    case 'type.googleapis.com/google.protobuf.Duration':
      return parseDuration(text);
    default:
      throw new NeedsMessages();
  }
}

export const CASES: readonly Case[] = (conformance.suites ?? []).flatMap((file) =>
  casesIn(file, file.name, []),
);
