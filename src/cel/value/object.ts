import { Boxed } from './boxed.ts';
import { fail } from './failure.ts';

/** An object with declared fields, where it is used as a value of its own: its fields are read when asked for. */
export class ObjectValue extends Boxed {
  readonly kind = 'object';
  /** Name of its type. */
  readonly type: string;
  /** The object that it stands for. */
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

  /** Whether a field with this name is declared. */
  has(name: string): boolean {
    return this.#readers.has(name);
  }

  /** Fails when no such field is declared, or its value is not there. */
  read(name: string): unknown {
    const reader = this.#readers.get(name);
    return reader === undefined ? fail('no_such_key', name) : reader(this.host);
  }
}
