import { type FileRegistry, fromJson, type Message, toBinary } from '@bufbuild/protobuf';
import type { Type } from '../../cel/value/type.ts';
// These modules have the recipes of the types and of the rules.
import '../../protobuf/message-registry.ts';
import '../protovalidate/message-rules.ts';
import type { MessageRegistry } from '../../protobuf/message-registry.ts';
import { describeClass } from '../../recipe/recipe.ts';
import type { MessageRules } from '../protovalidate/message-rules.ts';
import type { Clock } from '../protovalidate/run.ts';
import type { Body, JsonValue } from '../request/attributes.ts';
import type { BodyDenial } from '../schema/body-schema.ts';
import { joinFrames } from './frames.ts';
import { judgeMessages, type RuleFault } from './judge-messages.ts';
import { plainJson } from './message-json.ts';
import type { Method } from './method.ts';
import { type ContentHeaders, type ReadMessages, readMessages } from './read-messages.ts';
import { WireShapes } from './wire-shape.ts';

/**
 * The services of a descriptor set: reads the body of a call as messages, and judges them by their rules. Calls are
 * found by path.
 */
export class GrpcServices {
  /** The types of the messages, for expressions. */
  readonly types: MessageRegistry;
  /** By path. */
  readonly methods: ReadonlyMap<string, Method>;
  readonly rules: MessageRules;
  readonly #shapes: WireShapes;

  constructor(types: MessageRegistry, methods: ReadonlyMap<string, Method>, rules: MessageRules) {
    this.types = types;
    this.methods = methods;
    this.rules = rules;
    this.#shapes = new WireShapes(types.files);
  }

  /** The method of a request; undefined if its path is none. A slash at the end, which some servers ignore, is too. */
  methodAt(path: string): Method | undefined {
    return this.methods.get(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
  }

  /** True for a path below a service, also if the service does not have the method. */
  hasServiceAt(path: string): boolean {
    const end = path.indexOf('/', 1);
    return end > 1 && this.types.files.getService(path.slice(1, end)) !== undefined;
  }

  /** Decodes the body of a call. */
  read(method: Method, body: Body, content: ContentHeaders): ReadMessages {
    return readMessages(body, content, method, { registry: this.types.files, shapes: this.#shapes });
  }

  /** The value of the body in expressions: the message, or the list of them for a method that takes a stream. */
  valueOf({ input, isStream }: Method, messages: readonly Message[]): unknown {
    const values = messages.map((each) => this.types.valueOf(input, each));
    return isStream ? values : values[0];
  }

  /** The type of that value. */
  typeOf({ input, isStream }: Method): Type | undefined {
    const type = this.types.typeOf(input.typeName);
    return isStream && type !== undefined ? { kind: 'list', element: type } : type;
  }

  /** Denial of messages of a call that break their rules; undefined if the rules hold. `clock`: the `now` of rules. */
  check(method: Method, messages: readonly Message[], clock: Clock): BodyDenial | RuleFault | undefined {
    return judgeMessages(this.rules, method, messages, clock);
  }

  /** The bytes of a body with these messages in the JSON mapping. Throws if one does not fit the method. */
  encode({ input }: Method, messages: readonly JsonValue[]): Uint8Array {
    const { files } = this.types;
    const decoded = messages.map((each) => fromJson(input, plainJson(each).json, { registry: files }));
    return joinFrames(decoded.map((each) => toBinary(input, each)));
  }
}

/** The methods of all services, by path. */
export function methodsOf(files: FileRegistry): ReadonlyMap<string, Method> {
  const methods = new Map<string, Method>();
  for (const type of files) {
    if (type.kind !== 'service') continue;
    for (const { name, input, methodKind } of type.methods) {
      const path = `/${type.typeName}/${name}`;
      const isStream = methodKind === 'client_streaming' || methodKind === 'bidi_streaming';
      methods.set(path, { path, input, isStream });
    }
  }
  return methods;
}

describeClass(
  'grpc.services',
  GrpcServices.prototype,
  ({ types, rules }) => [types, rules] as const,
  (types: MessageRegistry, rules: MessageRules) => new GrpcServices(types, methodsOf(types.files), rules),
);
