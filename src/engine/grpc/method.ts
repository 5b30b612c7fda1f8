import type { DescMessage, Registry } from '@bufbuild/protobuf';
import type { WireShapes } from './wire-shape.ts';

/** A method of a service, by the path of its calls. */
export interface Method {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly input: DescMessage;
  /** True if a call has any number of messages. */
  readonly isStream: boolean;
}

/** The types of one `FileDescriptorSet`. */
export interface Descriptors {
  readonly registry: Registry;
  readonly shapes: WireShapes;
}
