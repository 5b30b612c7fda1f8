/**
 * A map of the expression language over somebody else's object or map, read through without copying: values are
 * converted when they are read. Only own keys exist, so `__proto__` and `constructor` are keys like any other.
 */
export class MapView extends Map<unknown, unknown> {
  /** What the view shows. */
  readonly source: object;
  readonly #convert: (value: unknown) => unknown;
  #whole: Map<unknown, unknown> | undefined;

  constructor(source: object, convert: (value: unknown) => unknown) {
    super();
    this.source = source;
    this.#convert = convert;
  }

  override get(key: unknown): unknown {
    const { source } = this;
    if (source instanceof Map) return this.#convert(source.get(key));
    if (typeof key !== 'string' || !Object.hasOwn(source, key)) return undefined;
    return this.#convert(Reflect.get(source, key));
  }

  override has(key: unknown): boolean {
    const { source } = this;
    if (source instanceof Map) return source.has(key);
    return typeof key === 'string' && Object.hasOwn(source, key);
  }

  override get size(): number {
    return this.source instanceof Map ? this.source.size : Object.keys(this.source).length;
  }

  override keys(): MapIterator<unknown> {
    return this.source instanceof Map ? this.source.keys() : this.#all().keys();
  }

  override values(): MapIterator<unknown> {
    return this.#all().values();
  }

  override entries(): MapIterator<[unknown, unknown]> {
    return this.#all().entries();
  }

  override [Symbol.iterator](): MapIterator<[unknown, unknown]> {
    return this.entries();
  }

  /** Everything converted, for the rare operations that walk the whole map; made once. */
  #all(): Map<unknown, unknown> {
    if (this.#whole === undefined) {
      const keys = this.source instanceof Map ? this.source.keys() : Object.keys(this.source);
      this.#whole = new Map();
      for (const key of keys) this.#whole.set(key, this.get(key));
    }
    return this.#whole;
  }
}

// The engine tells maps from other objects by their constructor.
Object.defineProperty(MapView.prototype, 'constructor', { value: Map });
