import { Boxed } from './boxed.ts';
import { fail } from './failure.ts';

/** Object with declared fields, used as a value of its own. Fields are read on demand. */
export class ObjectValue extends Boxed {
  readonly kind = 'object';
  /** Name of the type. */
  readonly type: string;
  /** Underlying object of the activation. */
  readonly host: object;
  readonly #readers: ReadonlyMap<string, (host: object) => unknown>;

  constructor(type: string, host: object, readers: ReadonlyMap<string, (host: object) => unknown>) {
    super();
    this.type = type;
    this.host = host;
    this.#readers = readers;
  }

  get fields(): Iterable<string> {
    return this.#readers.keys();
  }

  /** True if a field of this name is declared. */
  has(name: string): boolean {
    return this.#readers.has(name);
  }

  /** Value of a field. Fails if it is not declared or has no value. */
  read(name: string): unknown {
    const reader = this.#readers.get(name);
    return reader === undefined ? fail('no_such_key', name) : reader(this.host);
  }
}
