import type { Environment as Engine } from '@marcbachmann/cel-js';
import { type Convert, converter } from './convert.ts';
import type { Environment } from './environment.ts';
import { facadeClass } from './facade.ts';
import { createEngine } from './functions.ts';
import type { Activation } from './program.ts';
import type { EngineType } from './syntax-tree.ts';
import type { Type } from './type.ts';

/** The engine made ready for one environment. */
export interface Prepared {
  readonly engine: Engine;
  /** Functions and methods by name, as an author writes them. */
  readonly functions: ReadonlySet<string>;
  readonly methods: ReadonlySet<string>;
  /** What the engine reads variables from: each is converted when first read. */
  readonly roots: (activation: Activation) => object;
  /** Our type for the engine's. */
  readonly typeOf: (type: EngineType | undefined) => Type;
}

const prepared = new WeakMap<Environment, Prepared>();

/** Prepares the engine for `environment`, once. */
export function prepare(environment: Environment): Prepared {
  let ready = prepared.get(environment);
  if (ready === undefined) {
    ready = create(environment);
    prepared.set(environment, ready);
  }
  return ready;
}

/** What all environments share; made when the first is prepared. */
let shared:
  | { readonly engine: Engine; readonly functions: Set<string>; readonly methods: Set<string> }
  | undefined;

function base(): NonNullable<typeof shared> {
  if (shared === undefined) {
    const engine = createEngine();
    const functions = new Set<string>();
    const methods = new Set<string>();
    for (const { name, receiverType } of engine.getDefinitions().functions) {
      (receiverType === null ? functions : methods).add(name.replace(/^0/, ''));
    }
    shared = { engine, functions, methods };
  }
  return shared;
}

function create(environment: Environment): Prepared {
  const { engine: parent, functions, methods } = base();
  const engine = parent.clone();
  const objects = new Map<string, Type & { kind: 'object' }>();
  const facades = new Map<string, Convert>();

  const declare = (type: Type & { kind: 'object' }): void => {
    if (objects.has(engineName(type))) return;
    objects.set(engineName(type), type);
    const fields = new Map<string, Convert>();
    const names: Record<string, string> = {};
    for (const [name, field] of type.fields) {
      objectsIn(field).forEach(declare);
      fields.set(name, converter(field, facadeOf));
      names[name] = spell(field);
    }
    const Face = facadeClass(fields);
    facades.set(engineName(type), (value) => new Face(value));
    engine.registerType(engineName(type), { ctor: Face, fields: names });
  };
  const facadeOf = (type: Type & { kind: 'object' }): Convert => {
    return (value) => facades.get(engineName(type))?.(value);
  };

  const converts = new Map<string, Convert>();
  for (const [name, type] of environment.roots) {
    objectsIn(type).forEach(declare);
    converts.set(name, converter(type, facadeOf));
    engine.registerVariable(name, spell(type));
  }
  const Roots = rootsClass(converts);
  return {
    engine,
    functions,
    methods,
    roots: (activation) => new Roots(activation),
    typeOf: (type) => ours(type, objects),
  };
}

/** The object types within `type`. */
function objectsIn(type: Type): readonly (Type & { kind: 'object' })[] {
  switch (type.kind) {
    case 'object':
      return [type];
    case 'list':
      return objectsIn(type.element);
    case 'map':
      return objectsIn(type.value);
    case 'optional':
      return objectsIn(type.of);
    default:
      return [];
  }
}

/** What the engine takes as its variables. Static methods only: a root may have any name. */
class Roots {
  readonly #activation: Activation;
  readonly #converted: unknown[] = [];

  constructor(activation: Activation) {
    this.#activation = activation;
  }

  static read(roots: Roots, slot: number, name: string, convert: Convert): unknown {
    roots.#converted[slot] ??= convert(roots.#activation[name]);
    return roots.#converted[slot];
  }
}

/** A class whose properties are the roots of an activation, each converted once per instance. */
function rootsClass(converts: ReadonlyMap<string, Convert>): new (activation: Activation) => Roots {
  const Face = class extends Roots {};
  [...converts].forEach(([name, convert], slot) => {
    Object.defineProperty(Face.prototype, name, {
      get(this: Roots) {
        return Roots.read(this, slot, name, convert);
      },
    });
  });
  return Face;
}

function engineName(type: Type & { kind: 'object' }): string {
  return `$${type.name}`;
}

/** The engine's spelling of a type. */
function spell(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `list<${spell(type.element)}>`;
    case 'map':
      return `map<${spell(type.key)}, ${spell(type.value)}>`;
    case 'optional':
      return `optional<${spell(type.of)}>`;
    case 'object':
      return engineName(type);
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    default:
      return type.kind;
  }
}

function ours(type: EngineType | undefined, objects: ReadonlyMap<string, Type>): Type {
  switch (type?.kind) {
    case 'list':
      return { kind: 'list', element: ours(type.valueType, objects) };
    case 'map':
      return { kind: 'map', key: ours(type.keyType, objects), value: ours(type.valueType, objects) };
    case 'optional':
      return { kind: 'optional', of: ours(type.valueType, objects) };
    default:
      break;
  }
  switch (type?.name) {
    case 'bool':
    case 'int':
    case 'uint':
    case 'double':
    case 'string':
    case 'bytes':
    case 'null':
      return { kind: type.name };
    case 'google.protobuf.Timestamp':
      return { kind: 'timestamp' };
    case 'google.protobuf.Duration':
      return { kind: 'duration' };
    default:
      return objects.get(type?.name ?? '') ?? { kind: 'dyn' };
  }
}
