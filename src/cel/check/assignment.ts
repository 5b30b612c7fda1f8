import { DYN, mapParts, partsOf, sameType, type Type } from '../value/type.ts';

/**
 * Known bindings of the type parameters of one expression. Types are assignable as in the reference implementation:
 * `dyn` and the type `error` fit everything; null fits timestamps, durations, optionals, objects, messages, wrappers
 * and the types of libraries; a wrapper fits its scalar.
 */
export class Assignment {
  readonly #bound = new Map<string, Type>();
  /** Bindings in order, with the previous binding of each name; undone from the end. */
  readonly #trail: { readonly name: string; readonly before: Type | undefined }[] = [];
  #fresh = 0;

  /** A type of which nothing is known yet. */
  unknown(): Type {
    this.#fresh++;
    return { kind: 'parameter', name: `?${this.#fresh}` };
  }

  /** The types with each named parameter replaced by a type of which nothing is known yet. */
  instantiate(types: readonly Type[], names: readonly string[]): readonly Type[] {
    if (names.length === 0) return types;
    const fresh = new Map(names.map((name) => [name, this.unknown()]));
    const replace = (type: Type): Type =>
      type.kind === 'parameter' ? (fresh.get(type.name) ?? type) : mapParts(type, replace);
    return types.map(replace);
  }

  /** The type with known bindings applied; other parameters stay, or become `dyn`. */
  resolve(type: Type, { toDyn = false } = {}): Type {
    if (type.kind !== 'parameter') return mapParts(type, (part) => this.resolve(part, { toDyn }));
    const bound = this.#bound.get(type.name);
    if (bound !== undefined) return this.resolve(bound, { toDyn });
    return toDyn ? DYN : type;
  }

  /** True if values of the type `from` are allowed where `to` is required. Keeps the bindings that follow from it. */
  assign(from: Type, to: Type): boolean {
    return this.assignAll([from], [to]);
  }

  /** As `assign`, for all pairs or none. */
  assignAll(from: readonly Type[], to: readonly Type[]): boolean {
    if (from.length !== to.length) return false;
    const mark = this.#trail.length;
    const fits = from.every((type, at) => this.#fits(type, to[at] ?? DYN));
    if (!fits) this.#undo(mark);
    return fits;
  }

  #bind(name: string, type: Type): void {
    this.#trail.push({ name, before: this.#bound.get(name) });
    this.#bound.set(name, type);
  }

  #undo(mark: number): void {
    for (const { name, before } of this.#trail.splice(mark).toReversed()) {
      if (before === undefined) this.#bound.delete(name);
      else this.#bound.set(name, before);
    }
  }

  /** The common type of two types; `dyn` if there is none. */
  join(one: Type | undefined, other: Type): Type {
    if (one === undefined) return other;
    return this.assign(one, other) ? moreGeneral(one, other) : DYN;
  }

  #fits(a: Type, b: Type): boolean {
    if (b.kind === 'parameter') {
      const outcome = this.#substitutes(a, b);
      if (outcome !== 'cyclic') return outcome === 'yes';
    }
    if (a.kind === 'parameter') return this.#substitutes(b, a) === 'yes';
    if (isOpen(a) || isOpen(b)) {
      this.#open(a);
      this.#open(b);
      return true;
    }
    if (a.kind === 'null') return takesNull(b);
    if (b.kind === 'null') return takesNull(a);
    if (a.kind === 'wrapper' || b.kind === 'wrapper') return this.#fits(scalarOf(a), scalarOf(b));
    if (a.kind !== b.kind) return false;
    if ('name' in a && 'name' in b && a.name !== b.name) return false;
    if (a.kind === 'type') return true;
    const parts = partsOf(a);
    const others = partsOf(b);
    return parts.length === others.length && parts.every((part, at) => this.#fits(part, others[at] ?? DYN));
  }

  /**
   * INVARIANT: what is nested in a value of unknown type has no known type either. Code is generated from these
   * types, and would treat an element of a list from a request as having the type with which it was only compared.
   */
  #open(type: Type): void {
    if (type.kind === 'parameter') this.#substitutes(DYN, type);
    else partsOf(type).forEach((part) => this.#open(part));
  }

  /** Substitution of a parameter by a type; `cyclic` if the type contains the parameter, which has no binding. */
  #substitutes(type: Type, parameter: Type & { kind: 'parameter' }): 'yes' | 'no' | 'cyclic' {
    if (sameType(type, parameter)) return 'yes';
    const bound = this.#bound.get(parameter.name);
    if (bound !== undefined) {
      if (sameType(type, bound)) return 'yes';
      if (!this.#fits(type, bound)) return 'no';
      const general = moreGeneral(type, bound);
      if (!this.#mentions(general, parameter)) this.#bind(parameter.name, general);
      return 'yes';
    }
    if (this.#mentions(type, parameter)) return 'cyclic';
    this.#bind(parameter.name, type);
    return 'yes';
  }

  /** True if a type contains the parameter, and so cannot replace it. */
  #mentions(type: Type, parameter: Type & { kind: 'parameter' }): boolean {
    if (type.kind === 'parameter') {
      if (type.name === parameter.name) return true;
      const bound = this.#bound.get(type.name);
      return bound !== undefined && this.#mentions(bound, parameter);
    }
    return partsOf(type).some((part) => this.#mentions(part, parameter));
  }
}

function isOpen(type: Type): boolean {
  return type.kind === 'dyn' || type.kind === 'error';
}

function takesNull(type: Type): boolean {
  switch (type.kind) {
    case 'null':
    case 'timestamp':
    case 'duration':
    case 'optional':
    case 'opaque':
    case 'object':
    case 'message':
    case 'wrapper':
      return true;
    default:
      return false;
  }
}

function scalarOf(type: Type): Type {
  return type.kind === 'wrapper' ? type.of : type;
}

/** Of two types of which one fits the other, the one that takes the values of both, component by component. */
function moreGeneral(a: Type, b: Type): Type {
  if (isOpen(a) || a.kind === 'parameter') return a;
  if (isOpen(b) || b.kind === 'parameter') return b;
  if (b.kind === 'null') return a;
  if (a.kind === 'null') return b;
  if (a.kind === 'type' || a.kind === 'wrapper') return a;
  if (b.kind === 'wrapper') return b;
  const others = partsOf(b);
  let at = 0;
  return mapParts(a, (part) => moreGeneral(part, others[at++] ?? DYN));
}
