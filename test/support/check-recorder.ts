import { Server, ServerCredentials } from '@grpc/grpc-js';
import { encodeCheckResponse } from './check-messages.ts';

/** An ext_authz server that denies everything and records the messages that Envoy sends. */
export interface CheckRecorder {
  readonly address: string;
  /** The bytes of the CheckRequests so far. */
  messages(): readonly Buffer[];
  stop(): void;
}

export async function startCheckRecorder(): Promise<CheckRecorder> {
  const messages: Buffer[] = [];
  const denial = Buffer.from(encodeCheckResponse({ status: { code: 7 } }));
  const same = (bytes: Buffer): Buffer => bytes;
  const server = new Server();
  server.register(
    '/envoy.service.auth.v3.Authorization/Check',
    ({ request }: { request: Buffer }, answer: (error: null, message: Buffer) => void) => {
      messages.push(request);
      answer(null, denial);
    },
    same,
    same,
    'unary',
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { address: `127.0.0.1:${port}`, messages: () => messages, stop: () => server.forceShutdown() };
}
