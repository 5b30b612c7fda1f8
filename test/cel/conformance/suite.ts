import { file_cel_expr_conformance_proto2_test_all_types_extensions } from '@bufbuild/cel-spec/cel/expr/conformance/proto2/test_all_types_extensions_pb.js';
import { file_cel_expr_conformance_proto2_test_all_types } from '@bufbuild/cel-spec/cel/expr/conformance/proto2/test_all_types_pb.js';
import { file_cel_expr_conformance_proto3_test_all_types } from '@bufbuild/cel-spec/cel/expr/conformance/proto3/test_all_types_pb.js';
import { tests as conformance } from '@bufbuild/cel-spec/testdata/conformance.js';
import type { SerializedIncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { createEnvironment, type Environment } from '../../../src/cel/check/environment.ts';
import { type FunctionDeclaration, type Overload, overload } from '../../../src/cel/library/function.ts';
import { TypeValue } from '../../../src/cel/value/boxed.ts';
import { MapBuilder } from '../../../src/cel/value/map.ts';
import { double, int, uint } from '../../../src/cel/value/number.ts';
import { DYN, type Type } from '../../../src/cel/value/type.ts';
import { enumFunctions } from '../../../src/protobuf/enum-functions.ts';
import { EnumValue } from '../../../src/protobuf/enum-value.ts';
import type { MessageRegistry } from '../../../src/protobuf/message-registry.ts';
import { descriptorSetOf, registry } from '../../support/descriptor-sets.ts';

/** Case of the suite, from the JSON of the specification's test data. */
export interface Case {
  /** `file/section/name`. */
  readonly name: string;
  readonly file: string;
  readonly expr: string;
  readonly disableCheck: boolean;
  readonly checkOnly: boolean;
  readonly environment: Environment;
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

function toCase(
  test: Json & { readonly name?: string; readonly expr: string },
  file: string,
  path: readonly string[],
): Omit<Case, 'referenceType'> {
  const types = path.some((part) => part.startsWith('strong_')) ? STRONG_TYPES : TYPES;
  return {
    name: [...path, test.name ?? test.expr].join('/'),
    file,
    expr: test.expr,
    disableCheck: test['disableCheck'] === true,
    checkOnly: test['checkOnly'] === true,
    environment: environmentOf(test, types),
    activation: bindingsOf(test, types),
    expected: expectedOf(test, types),
  };
}

/** The types of the suite, with enums as ints and as types of their own. */
const FILES = descriptorSetOf([
  file_cel_expr_conformance_proto2_test_all_types,
  file_cel_expr_conformance_proto2_test_all_types_extensions,
  file_cel_expr_conformance_proto3_test_all_types,
]);
export const TYPES = registry(FILES);
const STRONG_TYPES = registry(FILES, { areEnumsStrong: true });

function environmentOf(test: Json, types: MessageRegistry): Environment {
  const variables = new Map<string, Type>();
  const functions: FunctionDeclaration[] = types === STRONG_TYPES ? [...enumFunctions(types.files)] : [];
  // A case that is not checked need not declare its variables.
  for (const name of Object.keys(test['bindings'] ?? {})) variables.set(name, DYN);
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
  const environment = createEnvironment({}, functions);
  return { ...environment, roots: variables, names: variables, messages: types, container };
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
      return WELL_KNOWN[String(of)] ?? DYN;
    case 'wrapper':
      return { kind: 'wrapper', of: PRIMITIVES[String(of)] ?? DYN };
    case 'messageType':
      return TYPES.typeOf(String(of)) ?? DYN;
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
      throw new Error(`the suite has a type of an unknown kind: ${kind}`);
  }
}

const WELL_KNOWN: Readonly<Record<string, Type>> = {
  ANY: DYN,
  TIMESTAMP: { kind: 'timestamp' },
  DURATION: { kind: 'duration' },
};

function bindingsOf(test: Json, types: MessageRegistry): Readonly<Record<string, unknown>> {
  const bindings = (test['bindings'] ?? {}) as Readonly<Record<string, Json>>;
  return Object.fromEntries(
    Object.entries(bindings).map(([name, { value }]) => [name, valueOf(value as Json, types)]),
  );
}

function expectedOf(test: Json, types: MessageRegistry): Expected {
  const { value, typedResult, evalError, anyEvalErrors } = test;
  const isError = evalError !== undefined || anyEvalErrors !== undefined;
  if (isError) return { isError, value: undefined, type: undefined };
  if (typedResult !== undefined) {
    const { result, deducedType } = typedResult as Json;
    return {
      isError,
      value: result === undefined ? undefined : { value: valueOf(result as Json, types) },
      type: deducedType === undefined ? undefined : typeOf(deducedType as Json),
    };
  }
  const given = value === undefined ? true : valueOf(value as Json, types);
  return { isError, value: { value: given }, type: undefined };
}

/** The value of a `cel.expr.Value` in JSON. */
function valueOf(value: Json, types: MessageRegistry): unknown {
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
      return (((of as Json)['values'] ?? []) as readonly Json[]).map((each) => valueOf(each, types));
    case 'mapValue': {
      const map = new MapBuilder();
      for (const entry of ((of as Json)['entries'] ?? []) as readonly Json[]) {
        map.add(valueOf(entry['key'] as Json, types), valueOf(entry['value'] as Json, types));
      }
      return map.build();
    }
    case 'enumValue': {
      const { type, value: number = 0 } = of as Json;
      return new EnumValue(String(type), Number(number));
    }
    case 'objectValue': {
      const json = of as JsonValue;
      return types.valueOf(AnySchema, fromJson(AnySchema, json, { registry: types.files }));
    }
    default:
      throw new Error(`the suite has a value of an unknown kind: ${kind}`);
  }
}

export const CASES: readonly Case[] = (conformance.suites ?? []).flatMap((file) =>
  casesIn(file, file.name, []),
);
