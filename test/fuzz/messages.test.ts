import { type DescMessage, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { loadFileDescriptorSetFromBuffer, type MethodDefinition } from '@grpc/proto-loader';
import { compileServices } from '../../src/engine/grpc/compile-services.ts';
import { joinFrames } from '../../src/engine/grpc/frames.ts';
import type { GrpcServices } from '../../src/engine/grpc/grpc-services.ts';
import type { Method } from '../../src/engine/grpc/method.ts';
import { ordersBytes } from '../engine/grpc/orders.ts';
import { randomMessage } from '../protobuf/random-messages.ts';
import { mutateMessage } from '../support/message-mutations.ts';
import type { MessageSchema } from '../support/message-schema.ts';
import { seeded } from '../support/seeded.ts';

/** Number of bodies; `MUTATED=1000000 make test ONLY=test/fuzz/messages.test.ts` tries more. */
const ROUNDS = Number(process.env['MUTATED'] ?? 10_000);
const SERVICE = 'acme.orders.v1.Orders';

let services: GrpcServices;
let method: Method;
/** The method as services of `@grpc/grpc-js` read it, by `protobufjs`. */
let other: MethodDefinition<object, object>;

beforeAll(async () => {
  const bytes = await ordersBytes();
  const compiled = compileServices(bytes);
  if (compiled.services === undefined) throw new Error(compiled.problem);
  services = compiled.services;
  const found = services.methods.get(`/${SERVICE}/Keep`);
  const loaded = loadFileDescriptorSetFromBuffer(Buffer.from(bytes), { longs: String, keepCase: true });
  const definition = loaded[SERVICE];
  if (found === undefined || definition === undefined || !('Keep' in definition))
    throw new Error('no method');
  method = found;
  other = definition['Keep'];
}, 60_000);

/** The fields that a mutation takes apart. */
function schemaOf(type: DescMessage, known = new Map<DescMessage, MessageSchema>()): MessageSchema {
  const before = known.get(type);
  if (before !== undefined) return before;
  const fields = new Map<number, MessageSchema['fields'] extends ReadonlyMap<number, infer F> ? F : never>();
  const schema: MessageSchema = { name: type.typeName, isEntry: false, fields };
  known.set(type, schema);
  for (const { number, message, fieldKind } of type.fields) {
    const inner = message === undefined || fieldKind === 'map' ? undefined : schemaOf(message, known);
    fields.set(number, { number, kind: 'message', isRepeated: false, oneof: undefined, message: inner });
  }
  return schema;
}

/** The body as both readers have it; undefined if Lictor refuses it. */
function readTwice(bytes: Uint8Array): readonly [Message, Message] | undefined {
  const body = { bytes: joinFrames([bytes]), defect: undefined };
  const { messages, unknown } = { unknown: undefined, ...services.read(method, body, GRPC) };
  const [message] = messages ?? [];
  if (message === undefined || unknown !== undefined) return undefined;
  const again = other.requestSerialize(other.requestDeserialize(Buffer.from(bytes)));
  return [message, fromBinary(method.input, again)];
}

const GRPC = { type: 'application/grpc', encoding: '' };

test(`${ROUNDS} bodies are read as protobufjs reads them, or refused`, () => {
  const random = seeded(20_261_130);
  const { files } = services.types;
  const schema = schemaOf(method.input);
  const seen = { read: 0, refused: 0 };
  const differing: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { message } = randomMessage(method.input, files, random);
    const bytes = Buffer.from(toBinary(method.input, message));
    const changed = mutateMessage(bytes, schema, random);
    const read = readTwice(changed);
    seen[read === undefined ? 'refused' : 'read'] += 1;
    if (read === undefined) continue;
    // Bytes compare NaN as well, and dates that JSON does not have.
    const [own, second] = read.map((each) => Buffer.from(toBinary(method.input, each)).toString('hex'));
    if (own !== second) differing.push(changed.toString('hex'));
  }
  expect(differing).toEqual([]);
  // Both results must occur, or the mutations would test nothing.
  expect(seen.read).toBeGreaterThan(ROUNDS / 10);
  expect(seen.refused).toBeGreaterThan(ROUNDS / 10);
}, 120_000);
