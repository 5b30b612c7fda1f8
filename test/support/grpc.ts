import {
  Client,
  type ClientDuplexStream,
  compressionAlgorithms,
  credentials,
  type Metadata,
  type ServiceError,
} from '@grpc/grpc-js';

/** Trusted authority and own certificate of a client, as PEM. */
export interface ClientTls {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  /** Authority of the calls; default: that of the address. */
  readonly authority?: string;
  /** True: every message is compressed with gzip. */
  readonly compresses?: boolean;
}

/** A gRPC client for messages as bytes. */
export function connectTo(address: string, tls?: ClientTls): Client {
  if (tls === undefined) return new Client(address, credentials.createInsecure());
  const { ca, cert, key, authority, compresses } = tls;
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  return new Client(address, credentials.createSsl(pem(ca), pem(key), pem(cert)), {
    'grpc.max_receive_message_length': -1,
    ...(authority !== undefined && { 'grpc.default_authority': authority }),
    ...(compresses === true && { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip }),
  });
}

export interface CallOptions {
  readonly metadata?: Metadata;
  /** Milliseconds since 1970; default: ten seconds from now. */
  readonly deadline?: number;
}

/** Makes a unary call. Rejects with the `ServiceError`. */
export function call(
  client: Client,
  path: string,
  message: Uint8Array,
  { metadata, deadline = Date.now() + 10_000 }: CallOptions = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (error: ServiceError | null, response?: Buffer): void => {
      if (error === null && response !== undefined) resolve(response);
      else reject(error ?? new Error('neither an error nor an answer'));
    };
    if (metadata === undefined) {
      client.makeUnaryRequest(path, asBuffer, same, Buffer.from(message), { deadline }, done);
    } else {
      client.makeUnaryRequest(path, asBuffer, same, Buffer.from(message), metadata, { deadline }, done);
    }
  });
}

/** Opens a bidirectional stream. */
export function talk(client: Client, path: string): ClientDuplexStream<Buffer, Buffer> {
  return client.makeBidiStreamRequest(path, asBuffer, same);
}

function asBuffer(message: Buffer): Buffer {
  return message;
}

const same = asBuffer;
