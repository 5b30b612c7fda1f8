import type { Optional, TypeValue } from '../value/boxed.ts';
import { spend } from '../value/budget.ts';
import type { CidrSet } from '../value/cidr-set.ts';
import type { Duration } from '../value/duration.ts';
import type { Cidr, IpAddress } from '../value/ip.ts';
import type { MapValue } from '../value/map.ts';
import type { Double, Int, Uint } from '../value/number.ts';
import type { Timestamp } from '../value/timestamp.ts';
import { parseType, partsOf, type Type } from '../value/type.ts';
import { CONSTANT, type Cost, sizeOf } from './cost.ts';

/** Function or operator, declared once for the checker, both evaluators and the reference page. */
export interface FunctionDeclaration {
  /** Name with its namespace: `startsWith`, `math.abs`. An operator has `_` for each operand: `_+_`. */
  readonly name: string;
  /** Result, in one line. */
  readonly doc: string;
  /** Expressions with their results. */
  readonly examples: readonly Example[];
  readonly overloads: readonly Overload[];
}

/** `value` is an expression with the same value, or `error` if `source` fails. */
export type Example = readonly [source: string, value: string];

export interface Overload {
  /** Called as `x.f(...)`; the first parameter is `x`. */
  readonly isMethod: boolean;
  readonly parameters: readonly Type[];
  readonly result: Type;
  /** Type parameters, which a call resolves. */
  readonly typeParameters: readonly string[];
  readonly cost: Cost;
  /** Never fails for arguments of the parameters' types. */
  readonly isTotal: boolean;
  /** Result for arguments of the parameters' types, after paying for them. */
  readonly run: (...args: unknown[]) => unknown;
  /** As `run`, without paying before; the same function if it pays by itself. */
  readonly runUnpaid: (...args: unknown[]) => unknown;
  readonly literal: LiteralArgument | undefined;
  /**
   * True if the first argument is read at load time where it is the same for every request, and costs nothing
   * afterwards.
   */
  readonly preparesFirst: boolean;
}

/** Argument that is parsed at load time if it is a string literal. */
interface LiteralArgument {
  readonly at: number;
  /** Parsed value, or the problem with the string. */
  readonly parse: (text: string) => Parsed;
  /** As `run`, with the result of `parse` in place of the string; undefined if `run` takes the string in any case. */
  readonly run: ((...args: unknown[]) => unknown) | undefined;
  /** Steps of such a call, by the size of the first argument; undefined if they are those of the overload. */
  readonly steps: ((parsed: unknown, n: number) => number) | undefined;
}

export type Parsed =
  | { readonly value: unknown; readonly problem?: undefined }
  | { readonly problem: string; readonly help?: string; readonly value?: undefined };

/** Types of values in TypeScript, by the spelling of their CEL type. */
interface Spelled {
  readonly bool: boolean;
  readonly int: Int;
  readonly uint: Uint;
  readonly double: Double;
  readonly string: string;
  readonly bytes: Uint8Array;
  readonly timestamp: Timestamp;
  readonly duration: Duration;
  readonly null: null;
  readonly 'net.IP': IpAddress;
  readonly 'net.CIDR': Cidr;
  readonly 'net.CIDRs': CidrSet;
}

export type ValueOf<S> = S extends keyof Spelled
  ? Spelled[S]
  : S extends `list(${infer E})`
    ? readonly ValueOf<E>[]
    : S extends `map(${string})`
      ? MapValue
      : S extends `optional(${string})`
        ? Optional
        : S extends `type(${string})`
          ? TypeValue
          : unknown;

type Values<P extends readonly string[]> = { [K in keyof P]: ValueOf<P[K]> };

interface Options<P extends readonly string[]> {
  readonly cost?: Cost;
  readonly isTotal?: boolean;
  readonly preparesFirst?: boolean;
  readonly literal?: {
    readonly at: number;
    readonly parse: (text: string) => Parsed;
    readonly run?: (...args: { [K in keyof P]: never }) => unknown;
    readonly steps?: (parsed: never, n: number) => number;
  };
}

/** Overload that is called as `f(...)`. Types are spelled as `parseType` reads them; `T` is any type. */
export function overload<const P extends readonly string[], const R extends string>(
  parameters: P,
  result: R,
  run: (...args: Values<P>) => ValueOf<R>,
  options: Options<P> = {},
): Overload {
  return create(false, parameters, result, run, options);
}

/** Overload that is called as `x.f(...)`; the first type is that of `x`. */
export function method<const P extends readonly [string, ...string[]], const R extends string>(
  parameters: P,
  result: R,
  run: (...args: Values<P>) => ValueOf<R>,
  options: Options<P> = {},
): Overload {
  return create(true, parameters, result, run, options);
}

function create<P extends readonly string[]>(
  isMethod: boolean,
  spelledParameters: P,
  spelledResult: string,
  run: unknown,
  { cost = CONSTANT, isTotal = false, preparesFirst = false, literal }: Options<P>,
): Overload {
  const parameters = spelledParameters.map(typeOf);
  const result = typeOf(spelledResult);
  const typeParameters = new Set([...parameters, result].flatMap(namesIn));
  return {
    isMethod,
    parameters,
    result,
    typeParameters: [...typeParameters],
    cost,
    isTotal,
    run: metered(cost, run as Run),
    runUnpaid: run as Run,
    preparesFirst,
    literal: literal && {
      at: literal.at,
      parse: literal.parse,
      run: literal.run && metered(cost, literal.run as unknown as Run),
      steps: literal.steps as LiteralArgument['steps'],
    },
  };
}

type Run = (...args: unknown[]) => unknown;

/** The function, paying for the sizes of its arguments beforehand. */
function metered({ steps, payment }: Cost, run: Run): Run {
  if (payment === 'never' || payment === 'within') return run;
  return (...args) => {
    const due = steps(sizeOf(args[0]), sizeOf(args[1]), sizeOf(args[2]));
    if (due > 0) spend(due);
    return run(...args);
  };
}

const spellings = new Map<string, Type>();

function typeOf(spelled: string): Type {
  let type = spellings.get(spelled);
  if (type === undefined) {
    type = parseType(spelled, named);
    if (type === undefined) throw new TypeError(`\`${spelled}\` is not a valid type`);
    spellings.set(spelled, type);
  }
  return type;
}

/** A single capital letter is a type parameter; a name with a dot is a type that a library adds. */
function named(name: string): Type | undefined {
  if (/^[A-Z]$/.test(name)) return { kind: 'parameter', name };
  if (/^[a-z]+\.[A-Za-z]+$/.test(name)) return { kind: 'opaque', name, parameters: [] };
  return name === 'type' ? { kind: 'type', of: undefined } : undefined;
}

function namesIn(type: Type): readonly string[] {
  return type.kind === 'parameter' ? [type.name] : partsOf(type).flatMap(namesIn);
}
