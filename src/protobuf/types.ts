import type { Message as Decoded, DescMessage, FileRegistry, Registry } from '@bufbuild/protobuf';
import type { Message } from '../cel/value/message.ts';

/** Message of the library for protobuf, as an object with its properties. */
export type Properties = Record<string, unknown>;

/** The part of the registry of types that the conversion of values needs. */
export interface Types {
  readonly files: FileRegistry;
  /** True if enums have types of their own. */
  readonly areEnumsStrong: boolean;
  /** The value of a decoded message that has no other form in CEL. */
  wrap(type: DescMessage, message: Decoded): Message;
}

/** The message type that the type URL of an `Any` names. */
export function typeAt(types: Registry, url: string): DescMessage | undefined {
  return types.getMessage(url.slice(url.lastIndexOf('/') + 1));
}

/** The properties of a message. */
export function propertiesOf(message: Decoded): Properties {
  return message;
}
