import type { Value } from '../../cel/interpret/program.ts';
import type { GrpcServices } from '../grpc/grpc-services.ts';
import type { Method } from '../grpc/method.ts';
import type { ReadMessages } from '../grpc/read-messages.ts';
import type { Attributes } from '../request/attributes.ts';
import type { BodyDenial } from '../schema/body-schema.ts';

/** `request.body` in expressions, or the reason for which it cannot be read. */
export type BodyValue =
  | { readonly value: Value; readonly denial?: undefined }
  | { readonly denial: BodyDenial; readonly value?: undefined };

/** A request to a method, with its messages, which are decoded once, when a policy first reads them. */
export class GrpcCall {
  readonly method: Method;
  readonly services: GrpcServices;
  readonly #request: Attributes['request'];
  #read: ReadMessages | undefined;
  #value: BodyValue | undefined;

  constructor(services: GrpcServices, method: Method, request: Attributes['request']) {
    this.services = services;
    this.method = method;
    this.#request = request;
  }

  get messages(): ReadMessages {
    if (this.#read !== undefined) return this.#read;
    this.#read = this.#request.method === 'POST' ? this.#readBody() : { denial: NOT_POST };
    return this.#read;
  }

  #readBody(): ReadMessages {
    const { body, headers } = this.#request;
    return this.services.read(this.method, body, {
      type: headers.get('content-type') ?? '',
      encoding: headers.get('content-encoding') ?? '',
    });
  }

  get value(): BodyValue {
    if (this.#value !== undefined) return this.#value;
    const { messages, denial } = this.messages;
    this.#value =
      messages === undefined ? { denial } : { value: this.services.valueOf(this.method, messages) };
    return this.#value;
  }
}

/** A GET of the Connect protocol has its message in the query string, whatever its body is. */
const NOT_POST: BodyDenial = {
  reason: 'schema_violation',
  detail: 'a method is called by POST; a message in the query string is not read',
};

/** The denial of a request whose path is not a method. */
export const UNKNOWN_METHOD: BodyDenial = {
  reason: 'schema_violation',
  detail: 'the path is not a method of the descriptor set',
};
