import type { Attributes } from '../request/attributes.ts';
import { canonicalPath } from '../request/canonical-path.ts';
import type { DecisionOf } from './decision.ts';

type Summary = DecisionOf<unknown>['request'];

/** Content types that Envoy treats as gRPC: `application/grpc`, alone or followed by `+`, so not gRPC-Web. */
const GRPC = /^application\/grpc(?:\+|$)/;

/**
 * The part of a request that decisions record: without the query string, which often holds secrets. Each value is read
 * when it is asked for.
 */
export class RequestSummary implements Summary {
  readonly #request: Attributes['request'];
  #path: string | undefined;

  /** `path`: the canonical one, if it is known. */
  constructor({ request }: Attributes, path?: string) {
    this.#request = request;
    this.#path = path;
  }

  get id(): string {
    return this.#request.id;
  }
  get method(): string {
    return this.#request.method;
  }
  get host(): string {
    return this.#request.host;
  }
  get path(): string {
    this.#path ??= canonicalPath(this.#request.path, this.#request.method).path;
    return this.#path;
  }
  get grpc(): boolean {
    return GRPC.test(this.#request.headers.get('content-type') ?? '');
  }
  get traceparent(): string {
    return this.#request.headers.get('traceparent') ?? '';
  }
}

/** The summary of a check that cannot be read, and of its peers. */
export const NO_REQUEST: Summary = Object.freeze({
  id: '',
  method: '',
  host: '',
  path: '',
  grpc: false,
  traceparent: '',
});
export const NO_PEER: DecisionOf<unknown>['source'] = Object.freeze({ principal: '', address: '' });
