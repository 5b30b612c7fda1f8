import type { Client } from '@grpc/grpc-js';
import type { CheckResponseMessage } from '../../src/engine/envoy/messages.ts';
import { decodeCheckResponse } from './check-messages.ts';
import { type CallOptions, type ClientTls, call, connectTo } from './grpc.ts';
import { officialCheckRequest } from './official.ts';

const CHECK = '/envoy.service.auth.v3.Authorization/Check';

/** The request of a check; all other fields of the CheckRequest are empty. */
export interface Asked {
  readonly method?: string;
  readonly host: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A gRPC client of Lictor that sends the checks an Envoy would send. */
export interface Asker {
  check(asked: Asked, options?: CallOptions): Promise<CheckResponseMessage>;
  /** A check with these attributes, named as in the official messages. */
  checkAttributes(attributes: object): Promise<CheckResponseMessage>;
  /** Sends the bytes unchanged. */
  send(message: Uint8Array): Promise<CheckResponseMessage>;
  readonly client: Client;
  close(): void;
}

export function connectAsker(address: string, tls?: ClientTls): Asker {
  const client = connectTo(address, tls);
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

/** Text field of the response's dynamic metadata; empty if absent. */
export function said({ dynamicMetadata }: CheckResponseMessage, name: string): string {
  return dynamicMetadata?.fields?.[name]?.stringValue ?? '';
}
