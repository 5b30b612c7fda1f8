import { type DescField, isFieldSet, type Message } from '@bufbuild/protobuf';
import { Uint, Whole } from '../../cel/value/number.ts';
import type { MessageRegistry } from '../../protobuf/message-registry.ts';
import {
  areStoredAsIs,
  elementReader,
  type ReadValue,
  readerOf,
  storedIn,
} from '../../protobuf/read-value.ts';
import { keyReaderOf } from '../../protobuf/scalars.ts';
import { type Properties, propertiesOf } from '../../protobuf/types.ts';
import type { AnyPlan, ElementPlan, FieldPlan, ValuePlan } from './plan.ts';
import type { IndexPart, KeyPart, Run } from './run.ts';

/** Conversion of a stored value to its form in expressions; undefined if that is the same. */
type Read = ((stored: unknown) => unknown) | undefined;

/** The checks of a whole message. */
export interface MessageCheck {
  check(message: Message, run: Run): void;
}

/** The checks of the messages of a type; undefined if there are none. */
export type FindCheck = (type: string) => MessageCheck | undefined;

/** The checks of one field of a message. */
export class FieldChecker {
  readonly #field: DescField;
  /** The property of a field that is not one of a oneof. */
  readonly #name: string;
  readonly #isOfOneof: boolean;
  readonly #isRequired: boolean;
  readonly #isAlwaysChecked: boolean;
  readonly #whole: ValueChecker;
  readonly #items: ElementChecker | undefined;
  readonly #keys: ElementChecker | undefined;
  readonly #values: ElementChecker | undefined;

  constructor(types: MessageRegistry, field: DescField, plan: FieldPlan) {
    this.#field = field;
    this.#name = field.localName;
    this.#isOfOneof = field.oneof !== undefined;
    this.#isRequired = plan.isRequired;
    this.#isAlwaysChecked = !plan.isRequired && !plan.isCheckedIfSet;
    const areAsIs = areStoredAsIs(field, types);
    const reads = (read: ReadValue, isAsIs: boolean): Read =>
      isAsIs ? undefined : (stored) => read(stored, types.reading);
    const element = reads(elementReader(field, types), areAsIs);
    const of = (each: ElementPlan | undefined, read: Read): ElementChecker | undefined =>
      each && new ElementChecker(each, read);
    this.#whole = new ValueChecker(plan, reads(readerOf(field, types), areAsIs && field.fieldKind !== 'map'));
    this.#items = of(plan.items, element);
    this.#values = of(plan.values, element);
    this.#keys = field.fieldKind === 'map' ? of(plan.keys, keyRead(field.mapKey)) : undefined;
  }

  link(find: FindCheck): void {
    for (const each of [this.#whole, this.#items, this.#values]) each?.link(find);
  }

  check(message: Message, run: Run): void {
    const isSet = this.#isAlwaysChecked || isFieldSet(message, this.#field);
    if (!isSet && !this.#isRequired) return;
    run.enter(this.#field);
    if (isSet) this.#checkSet(this.#storedIn(message), run);
    else run.violate('required', 'value is required', ['required']);
    run.leave();
  }

  #storedIn(message: Message): unknown {
    return this.#isOfOneof ? storedIn(message, this.#field) : propertiesOf(message)[this.#name];
  }

  #checkSet(stored: unknown, run: Run): void {
    this.#whole.check(stored, run, false);
    if (this.#items !== undefined) checkList(this.#items, stored as readonly unknown[], run);
    else if (this.#keys !== undefined || this.#values !== undefined)
      this.#checkMap(stored as Properties, run);
  }

  #checkMap(entries: Properties, run: Run): void {
    const part: KeyPart = { kind: 'key', at: '' };
    run.enter(part);
    for (const key of Object.keys(entries)) {
      part.at = key;
      this.#keys?.check(key, run, true);
      this.#values?.check(entries[key], run, false);
    }
    run.leave();
  }
}

function keyRead(type: Parameters<typeof keyReaderOf>[0]): Read {
  const read = keyReaderOf(type);
  return (stored) => read(String(stored));
}

function checkList(items: ElementChecker, list: readonly unknown[], run: Run): void {
  const part: IndexPart = { kind: 'index', at: 0 };
  run.enter(part);
  for (let at = 0; at < list.length; at += 1) {
    part.at = at;
    items.check(list[at], run, false);
  }
  run.leave();
}

/** The checks of one value. */
class ValueChecker {
  readonly #custom: ValuePlan['custom'];
  readonly #standard: ValuePlan['standard'];
  readonly #enum: ValuePlan['enum'];
  readonly #any: ValuePlan['any'];
  readonly #type: ValuePlan['message'];
  readonly #hasRules: boolean;
  readonly #read: Read;
  #message: MessageCheck | undefined;

  constructor({ custom, standard, enum: numbers, any, message }: ValuePlan, read: Read) {
    this.#custom = custom;
    this.#standard = standard;
    this.#enum = numbers;
    this.#any = any;
    this.#type = message;
    this.#hasRules = custom.length + standard.length > 0;
    this.#read = read;
  }

  link(find: FindCheck): void {
    if (this.#type !== undefined) this.#message = find(this.#type);
  }

  check(stored: unknown, run: Run, isOfKey: boolean): void {
    const value = this.#hasRules && this.#read !== undefined ? this.#read(stored) : stored;
    if (this.#custom.length > 0) run.evaluate(this.#custom, value, isOfKey);
    this.#message?.check(stored as Message, run);
    if (this.#enum !== undefined) checkEnum(this.#enum, stored as number, run);
    if (this.#any !== undefined) checkAny(this.#any, stored as { readonly typeUrl: string }, run);
    if (this.#standard.length > 0) run.evaluate(this.#standard, value, isOfKey);
  }
}

function checkEnum({ numbers, place }: NonNullable<ValuePlan['enum']>, number: number, run: Run): void {
  if (numbers.has(number)) return;
  run.violate('enum.defined_only', 'value must be one of the defined enum values', place);
}

function checkAny(
  { in: among, notIn, place }: AnyPlan,
  { typeUrl }: { readonly typeUrl: string },
  run: Run,
): void {
  if (among.length > 0 && !among.includes(typeUrl)) {
    run.violate('any.in', 'type URL must be in the allow list', [...place, 'in']);
  }
  if (notIn.includes(typeUrl)) {
    run.violate('any.not_in', 'type URL must not be in the block list', [...place, 'not_in']);
  }
}

/** The checks of elements, some of which may be skipped. */
class ElementChecker {
  readonly #zero: number | undefined;
  readonly #read: Read;
  readonly #checker: ValueChecker;

  constructor(plan: ElementPlan, read: Read) {
    this.#zero = plan.zero;
    this.#read = read;
    this.#checker = new ValueChecker(plan, read);
  }

  link(find: FindCheck): void {
    this.#checker.link(find);
  }

  check(stored: unknown, run: Run, isOfKey: boolean): void {
    if (
      this.#zero !== undefined &&
      isZero(this.#read === undefined ? stored : this.#read(stored), this.#zero)
    )
      return;
    this.#checker.check(stored, run, isOfKey);
  }
}

/** True for the zero value of a type, which is `zero` for numbers. */
function isZero(value: unknown, zero: number): boolean {
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  const plain = value instanceof Whole ? value.value : value;
  return plain === zero || plain === '' || plain === false;
}
