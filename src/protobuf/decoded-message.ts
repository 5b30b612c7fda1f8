import { type Message as Decoded, type DescMessage, toBinary, toJson } from '@bufbuild/protobuf';
import { spend, spendElements, TEXT_A_STEP } from '../cel/value/budget.ts';
import { fail } from '../cel/value/failure.ts';
import { Message } from '../cel/value/message.ts';
import { compareBytes } from '../cel/value/text.ts';
import type { Access } from './access.ts';
import type { Reading } from './read-value.ts';
import type { Types } from './types.ts';

/** The registry that a message belongs to, with access to its fields. */
export interface Owner extends Types {
  readonly reading: Reading;
  /** As `reading`, for comparisons. */
  readonly comparing: Reading;
  /** Access to an extension of the message type. Fails with `no_such_field` if there is none of this name. */
  extensionOf(type: DescMessage, name: string): Access;
  /** Full name of the extension with this number; undefined if there is none. */
  extensionAt(type: DescMessage, number: number): string | undefined;
}

/** Value of a decoded message. Fields are converted when they are read; those that take long, once. */
export class DecodedMessage extends Message {
  readonly #owner: Owner;
  readonly #descriptor: DescMessage;
  readonly #decoded: Decoded;
  readonly #accesses: ReadonlyMap<string, Access>;
  #known: Map<string, unknown> | undefined;
  #tested: Map<string, boolean> | undefined;
  #present: readonly string[] | undefined;

  /** `accesses` are those to the fields of the type. */
  constructor(
    owner: Owner,
    descriptor: DescMessage,
    decoded: Decoded,
    accesses: ReadonlyMap<string, Access>,
  ) {
    super();
    this.#accesses = accesses;
    this.#owner = owner;
    this.#descriptor = descriptor;
    this.#decoded = decoded;
  }

  get owner(): Owner {
    return this.#owner;
  }

  /** The message as the library for protobuf holds it. It must not be changed. */
  get decoded(): Decoded {
    return this.#decoded;
  }

  get type(): string {
    return this.#descriptor.typeName;
  }

  read(field: string): unknown {
    const access = this.#accessTo(field);
    if (!access.isKept) return access.read(this.#decoded, this.#owner.reading);
    const known = this.#known?.get(field);
    if (known !== undefined) return known;
    const value = access.read(this.#decoded, this.#owner.reading);
    this.#known ??= new Map();
    this.#known.set(field, value);
    return value;
  }

  #accessTo(field: string): Access {
    return this.#accesses.get(field) ?? this.#owner.extensionOf(this.#descriptor, field);
  }

  has(field: string): boolean {
    const access = this.#accessTo(field);
    if (!access.isTestKept) return access.has(this.#decoded);
    const tested = this.#tested?.get(field);
    if (tested !== undefined) return tested;
    const isSet = access.has(this.#decoded);
    this.#tested ??= new Map();
    this.#tested.set(field, isSet);
    return isSet;
  }

  compared(field: string): unknown {
    return this.#accessTo(field).read(this.#decoded, this.#owner.comparing);
  }

  get present(): readonly string[] {
    this.#present ??= this.#findPresent();
    return this.#present;
  }

  #findPresent(): readonly string[] {
    spendElements(this.#descriptor.fields.length + (this.#decoded.$unknown ?? []).length);
    const fields = this.#descriptor.fields.map(({ name }) => name).filter((name) => this.has(name));
    const extensions = (this.#decoded.$unknown ?? []).flatMap(({ no }) => {
      const name = this.#owner.extensionAt(this.#descriptor, no);
      return name === undefined ? [] : [name];
    });
    return [...fields, ...new Set(extensions)];
  }

  get isEmpty(): boolean {
    return this.present.length === 0 && (this.#decoded.$unknown ?? []).length === 0;
  }

  hasSameUnknown(other: Message): boolean {
    if (!(other instanceof DecodedMessage)) return false;
    const own = this.#unknown();
    const others = other.#unknown();
    if (own.size !== others.size) return false;
    return [...own].every(([number, parts]) => {
      const given = others.get(number);
      return given !== undefined && compareBytes(joined(given), joined(parts)) === 0;
    });
  }

  /** The pieces of the unknown fields, by number and wire type. */
  #unknown(): ReadonlyMap<string, readonly Uint8Array[]> {
    const unknown = new Map<string, Uint8Array[]>();
    for (const { no, wireType, data } of this.#decoded.$unknown ?? []) {
      spend(1 + Math.floor(data.length / TEXT_A_STEP));
      if (this.#owner.extensionAt(this.#descriptor, no) !== undefined) continue;
      const key = `${no} ${wireType}`;
      const parts = unknown.get(key);
      if (parts === undefined) unknown.set(key, [data]);
      else parts.push(data);
    }
    return unknown;
  }

  toJSON(): unknown {
    try {
      return toJson(this.#descriptor, this.#decoded, { registry: this.#owner.files });
    } catch {
      return fail('bad_any');
    }
  }

  /** The encoded message. Fails if a required field is not set. */
  toBytes(): Uint8Array {
    try {
      return toBinary(this.#descriptor, this.#decoded);
    } catch {
      return fail('bad_field');
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
