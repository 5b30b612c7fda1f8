import type { Client } from '@grpc/grpc-js';
import type { CheckResponseMessage } from '../../src/engine/envoy/messages.ts';
import { decodeCheckResponse } from './check-messages.ts';
import { type CallOptions, call, connectTo } from './grpc.ts';
import { officialCheckRequest } from './official.ts';

const CHECK = '/envoy.service.auth.v3.Authorization/Check';

/** The request that is asked about; the rest of a CheckRequest is empty. */
export interface Asked {
  readonly method?: string;
  readonly host: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks a Lictor as an Envoy would, without one. */
export interface Asker {
  check(asked: Asked, options?: CallOptions): Promise<CheckResponseMessage>;
  /** The same with attributes as the official messages name them. */
  checkAttributes(attributes: object): Promise<CheckResponseMessage>;
  /** The same with a message as it stands. */
  send(message: Uint8Array): Promise<CheckResponseMessage>;
  readonly client: Client;
  close(): void;
}

export function connectAsker(address: string): Asker {
  const client = connectTo(address);
  const ask = async (message: Uint8Array, options?: CallOptions): Promise<CheckResponseMessage> =>
    decodeCheckResponse(await call(client, CHECK, message, options));
  return {
    client,
    check: ({ method = 'GET', host, path, headers = {} }, options) =>
      ask(
        officialCheckRequest.serialize({
          attributes: { request: { http: { method, host, path, headers } } },
        }),
        options,
      ),
    checkAttributes: (attributes) => ask(officialCheckRequest.serialize({ attributes })),
    send: (message) => ask(message),
    close: () => client.close(),
  };
}

/** A text of an answer's dynamic metadata; empty when it is not there. */
export function said({ dynamicMetadata }: CheckResponseMessage, name: string): string {
  return dynamicMetadata?.fields?.[name]?.stringValue ?? '';
}
