/** The engine's face of an object of ours with declared fields; a field is read and converted when asked for. */
export class Facade {
  readonly #source: object;

  constructor(source: unknown) {
    if (typeof source !== 'object' || source === null) throw new TypeError('an object was promised');
    this.#source = source;
  }

  /** A method rather than a field: declared fields may have any name. */
  static sourceOf(facade: Facade): object {
    return facade.#source;
  }
}

/** A class of its own per object type: the engine tells types by their constructor. */
export function facadeClass(
  fields: ReadonlyMap<string, (value: unknown) => unknown>,
): new (
  source: unknown,
) => Facade {
  const Face = class extends Facade {};
  for (const [name, convert] of fields) {
    Object.defineProperty(Face.prototype, name, {
      get(this: Facade) {
        return convert(Reflect.get(Facade.sourceOf(this), name));
      },
    });
  }
  return Face;
}
