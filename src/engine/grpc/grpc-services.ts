import { type FileRegistry, fromJson, type Message, toBinary } from '@bufbuild/protobuf';
import type { Type } from '../../cel/value/type.ts';
// The module has the recipe of the types.
import '../../protobuf/message-registry.ts';
import type { MessageRegistry } from '../../protobuf/message-registry.ts';
import { describeClass, maker } from '../../recipe/recipe.ts';
import type { Body, JsonValue } from '../request/attributes.ts';
import type { BodyDenial } from '../schema/body-schema.ts';
import { joinFrames } from './frames.ts';
import { plainJson } from './message-json.ts';
import { MessageRules, type RuleFault } from './message-rules.ts';
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

  /** Denial of messages of a call that break their rules, with `values` values in all; undefined if the rules hold. */
  check(
    { input, isStream }: Method,
    messages: readonly Message[],
    values: number,
  ): BodyDenial | RuleFault | undefined {
    for (const [index, message] of messages.entries()) {
      const found = this.rules.check(input, message, values);
      if (found === undefined) continue;
      if ('fault' in found || !isStream) return found;
      return { ...found, detail: `message ${index + 1}: ${found.detail}` };
    }
    return undefined;
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

/** Rules of the types of one registry, which keeps them as long as it is used. */
const known = new WeakMap<MessageRegistry, MessageRules>();

/** The rules of a registry, without those of any message. */
export const rulesOf = maker('grpc.rules', (types: MessageRegistry): MessageRules => {
  const rules = known.get(types) ?? new MessageRules({ registry: types.files });
  known.set(types, rules);
  return rules;
});

/** Proof that the rules of a message are compiled, which takes some milliseconds: each is a step of its own. */
const preparedRules = maker('grpc.prepared', (rules: MessageRules, name: string): object => {
  rules.prepareNamed(name);
  return { name };
});

describeClass(
  'grpc.services',
  GrpcServices.prototype,
  ({ types, methods, rules }) => {
    const names = new Set(Array.from(methods.values(), ({ input }) => input.typeName));
    return [types, rules, Array.from(names, (name) => preparedRules(rules, name))] as const;
  },
  (types: MessageRegistry, rules: MessageRules, _prepared: readonly object[]) =>
    new GrpcServices(types, methodsOf(types.files), rules),
);
