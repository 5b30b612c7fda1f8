import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { codec, loadProto } from '../../../src/node/protobuf.ts';
import { createReflection } from '../../../src/sidecar/rpc/reflection.ts';
import type { Call } from '../../../src/sidecar/transport/transport.ts';

const VERSIONS = ['v1', 'v1alpha'] as const;

interface Response {
  readonly originalRequest?: object;
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto?: readonly Uint8Array[] };
  readonly listServicesResponse?: { readonly service?: readonly { readonly name?: string }[] };
  readonly allExtensionNumbersResponse?: { readonly baseTypeName?: string };
  readonly errorResponse?: { readonly errorCode?: number };
}

interface FileDescriptor {
  readonly name?: string;
  readonly package?: string;
  readonly dependency?: readonly string[];
  readonly messageType?: readonly MessageDescriptor[];
}

interface MessageDescriptor {
  readonly name?: string;
  readonly field?: readonly {
    readonly name?: string;
    readonly jsonName?: string;
    readonly typeName?: string;
  }[];
  readonly nestedType?: readonly MessageDescriptor[];
}

const CALL: Call = { metadata: () => undefined, deadline: Infinity, signal: new AbortController().signal };

const methods = createReflection();
const definition = loadProto(...VERSIONS.map((version) => `grpc/reflection/${version}/reflection.proto`));
const file = codec<FileDescriptor>(
  loadProto('lictor/descriptor.proto'),
  'google.protobuf.FileDescriptorProto',
);

async function ask(version: string, ...requests: readonly object[]): Promise<Response[]> {
  const prefix = `grpc.reflection.${version}`;
  const request = codec<object>(definition, `${prefix}.ServerReflectionRequest`);
  const response = codec<Response>(definition, `${prefix}.ServerReflectionResponse`);
  const method = methods[`/${prefix}.ServerReflection/ServerReflectionInfo`];
  if (method === undefined || !('stream' in method)) throw new Error('no such method');
  const sent = (async function* () {
    for (const one of requests) yield request.encode(one);
  })();
  const answers: Response[] = [];
  for await (const bytes of method.stream(sent, CALL)) answers.push(response.decode(bytes));
  return answers;
}

async function descriptor(asked: object): Promise<Uint8Array> {
  const [answer] = await ask('v1', asked);
  const [bytes] = answer?.fileDescriptorResponse?.fileDescriptorProto ?? [];
  if (bytes === undefined) throw new Error(`nothing known of ${JSON.stringify(asked)}`);
  return bytes;
}

describe.each(VERSIONS)('reflection %s', (version) => {
  test('lists the services', async () => {
    const [answer] = await ask(version, { listServices: '' });
    expect(answer?.listServicesResponse?.service?.map(({ name }) => name)).toEqual([
      'envoy.service.auth.v3.Authorization',
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
    ]);
  });

  test('answers many requests in order', async () => {
    const answers = await ask(
      version,
      { fileContainingSymbol: 'grpc.health.v1.Health' },
      { fileContainingSymbol: 'acme.Orders' },
      { host: 'here', listServices: '*' },
    );
    expect(answers.map((answer) => Object.keys(answer).at(-1))).toEqual([
      'fileDescriptorResponse',
      'errorResponse',
      'listServicesResponse',
    ]);
    expect(answers[2]?.originalRequest).toEqual({ host: 'here', listServices: '*' });
  });
});

describe('descriptors', () => {
  test.each([
    ['a service', 'envoy.service.auth.v3.Authorization', 'envoy.service.auth.v3'],
    ['a method', 'envoy.service.auth.v3.Authorization.Check', 'envoy.service.auth.v3'],
    ['a message', 'envoy.service.auth.v3.CheckRequest', 'envoy.service.auth.v3'],
    ['a nested message', 'envoy.service.auth.v3.AttributeContext.HttpRequest', 'envoy.service.auth.v3'],
    ['an enum', 'envoy.type.v3.StatusCode', 'envoy.type.v3'],
    ['a nested enum', 'envoy.config.core.v3.HeaderValueOption.HeaderAppendAction', 'envoy.config.core.v3'],
  ])('of %s', async (_, symbol, expected) => {
    expect(file.decode(await descriptor({ fileContainingSymbol: symbol })).package).toBe(expected);
  });

  test('name fields, types and map entries as protoc does', async () => {
    const { messageType = [] } = file.decode(
      await descriptor({ fileContainingSymbol: 'envoy.service.auth.v3.AttributeContext' }),
    );
    const context = messageType.find(({ name }) => name === 'AttributeContext');
    expect(context?.field?.find(({ name }) => name === 'context_extensions')).toMatchObject({
      jsonName: 'contextExtensions',
      typeName: '.envoy.service.auth.v3.AttributeContext.ContextExtensionsEntry',
    });
    expect(context?.field?.find(({ name }) => name === 'metadata_context')?.typeName).toBe(
      '.envoy.config.core.v3.Metadata',
    );
    expect(context?.nestedType?.map(({ name }) => name)).toContain('ContextExtensionsEntry');
  });

  test('name their dependencies, so that a client can link them', async () => {
    const found = new Map<string, Uint8Array>();
    const collect = async (bytes: Uint8Array): Promise<void> => {
      const { name = '', dependency = [] } = file.decode(bytes);
      if (found.has(name)) return;
      found.set(name, bytes);
      for (const needed of dependency) await collect(await descriptor({ fileByFilename: needed }));
    };
    await collect(await descriptor({ fileContainingSymbol: 'envoy.service.auth.v3.Authorization' }));
    // A FileDescriptorSet has its files in field 1.
    const set = [...found.values()].map((bytes) =>
      Buffer.concat([Buffer.from([0x0a]), varint(bytes.length), bytes]),
    );
    expect(Object.keys(loadFileDescriptorSetFromBuffer(Buffer.concat(set)))).toEqual(
      expect.arrayContaining([
        'envoy.service.auth.v3.Authorization',
        'envoy.type.v3.HttpStatus',
        'google.rpc.Status',
      ]),
    );
  });

  test.each([
    ['a file', { fileByFilename: 'none.proto' }, 5],
    ['a symbol', { fileContainingSymbol: 'constructor' }, 5],
    ['an extension', { fileContainingExtension: { containingType: 'a', extensionNumber: 1 } }, 5],
    ['the extensions of a type', { allExtensionNumbersOfType: 'acme.None' }, 5],
    ['nothing', {}, 12],
  ])('an unknown request for %s is an error', async (_, asked, code) => {
    const [answer] = await ask('v1', asked);
    expect(answer?.errorResponse?.errorCode).toBe(code);
  });

  test('a known type has no extensions', async () => {
    const [answer] = await ask('v1', { allExtensionNumbersOfType: 'google.rpc.Status' });
    expect(answer?.allExtensionNumbersResponse).toEqual({ baseTypeName: 'google.rpc.Status' });
  });
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
