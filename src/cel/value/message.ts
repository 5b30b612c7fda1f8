import { Boxed } from './boxed.ts';

/**
 * Value of a protobuf message. The room that knows descriptors creates it. Immutable. Well-known types with a form of
 * their own in CEL (timestamps, wrappers, `Struct` and others) are never values of this class.
 */
export abstract class Message extends Boxed {
  readonly kind = 'message';
  /** Full name of the message type. */
  abstract readonly type: string;
  /** Names of the fields that are set; full names of extensions. */
  abstract readonly present: readonly string[];
  /** True for a message without a set field or an unknown one. */
  abstract readonly isEmpty: boolean;
  /** Value of a field, or of an extension by its full name; its default if it is not set. Fails if there is none. */
  abstract read(field: string): unknown;
  /** True if a field is set. Fails if there is no such field. */
  abstract has(field: string): boolean;
  /** As `read`, for a comparison: an `Any` that cannot be unpacked is compared by its bytes. */
  abstract compared(field: string): unknown;
  /** True if the unknown fields of both messages, of one type, have the same content. */
  abstract hasSameUnknown(other: Message): boolean;
  /** The JSON of the message, as the protobuf specification maps it. */
  abstract toJSON(): unknown;
}
