import type { Optional, TypeValue } from '../value/boxed.ts';
import { spend } from '../value/budget.ts';
import type { Duration } from '../value/duration.ts';
import type { Cidr, IpAddress } from '../value/ip.ts';
import type { MapValue } from '../value/map.ts';
import type { Double, Int, Uint } from '../value/number.ts';
import type { Timestamp } from '../value/timestamp.ts';
import { parseType, partsOf, type Type } from '../value/type.ts';
import { CONSTANT, type Cost, sizeOf } from './cost.ts';

/** A function or operator: what the checker, both evaluators and the reference page know of it. */
export interface FunctionDeclaration {
  /** As it is called, with its namespace: `startsWith`, `math.abs`. Operators have `_` for an operand: `_+_`. */
  readonly name: string;
  /** What it comes to, in one line. */
  readonly doc: string;
  /** Expressions, and what they come to. */
  readonly examples: readonly Example[];
  readonly overloads: readonly Overload[];
}

/** `value` is an expression of the same value, or `error` for one that fails. */
export type Example = readonly [source: string, value: string];

export interface Overload {
  /** Called as `x.f(...)`; the first parameter is `x`. */
  readonly isMethod: boolean;
  readonly parameters: readonly Type[];
  readonly result: Type;
  /** Names of the types that the call decides. */
  readonly typeParameters: readonly string[];
  readonly cost: Cost;
  /** Never fails, whatever values of its parameters' types it gets. */
  readonly isTotal: boolean;
  /** Takes values of the parameters' types, and pays for them. */
  readonly run: (...args: unknown[]) => unknown;
  /** As `run`, without paying before; the same where the function pays itself. */
  readonly runUnpaid: (...args: unknown[]) => unknown;
  readonly literal: LiteralArgument | undefined;
}

/** An argument for which, where it is written out as text, only certain texts make sense. */
export interface LiteralArgument {
  readonly at: number;
  /** What the text says, made once; or what is wrong with it. */
  readonly parse: (text: string) => Parsed;
  /** As `run`, with what `parse` made in the place of the text; undefined: `run` takes the text again. */
  readonly run: ((...args: unknown[]) => unknown) | undefined;
  /** The steps that a call takes then, by the size of the first argument; undefined: those of the form. */
  readonly steps: ((parsed: unknown, n: number) => number) | undefined;
}

export type Parsed =
  | { readonly value: unknown; readonly problem?: undefined }
  | { readonly problem: string; readonly help?: string; readonly value?: undefined };

/** The values of a type, by its spelling. */
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
  readonly literal?: {
    readonly at: number;
    readonly parse: (text: string) => Parsed;
    readonly run?: (...args: { [K in keyof P]: never }) => unknown;
    readonly steps?: (parsed: never, n: number) => number;
  };
}

/** A form of a function that is called as `f(...)`. Types are spelled as `parseType` reads them; `T` is any type. */
export function overload<const P extends readonly string[], const R extends string>(
  parameters: P,
  result: R,
  run: (...args: Values<P>) => ValueOf<R>,
  options: Options<P> = {},
): Overload {
  return create(false, parameters, result, run, options);
}

/** A form of a function that is called as `x.f(...)`, `x` being of the first type. */
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
  { cost = CONSTANT, isTotal = false, literal }: Options<P>,
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
    literal: literal && {
      at: literal.at,
      parse: literal.parse,
      run: literal.run && metered(cost, literal.run as unknown as Run),
      steps: literal.steps as LiteralArgument['steps'],
    },
  };
}

type Run = (...args: unknown[]) => unknown;

/** Has the function pay for the sizes of what it gets, before it begins. */
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
    if (type === undefined) throw new TypeError(`\`${spelled}\` is no type`);
    spellings.set(spelled, type);
  }
  return type;
}

/** A single capital letter is a type that the call decides; a name with a dot one that a library adds. */
function named(name: string): Type | undefined {
  if (/^[A-Z]$/.test(name)) return { kind: 'parameter', name };
  if (/^[a-z]+\.[A-Za-z]+$/.test(name)) return { kind: 'opaque', name, parameters: [] };
  return name === 'type' ? { kind: 'type', of: undefined } : undefined;
}

function namesIn(type: Type): readonly string[] {
  return type.kind === 'parameter' ? [type.name] : partsOf(type).flatMap(namesIn);
}
