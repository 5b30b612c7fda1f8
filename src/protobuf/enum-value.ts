import { Opaque } from '../cel/value/boxed.ts';

/** Value of an enum with a type of its own, which equals no int. */
export class EnumValue extends Opaque {
  readonly type: string;
  readonly number: number;

  constructor(type: string, number: number) {
    super();
    this.type = type;
    this.number = number;
  }

  equals(other: Opaque): boolean {
    return other instanceof EnumValue && other.number === this.number;
  }

  override toString(): string {
    return String(this.number);
  }
}
