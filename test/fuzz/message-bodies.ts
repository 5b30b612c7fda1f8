import {
  type DescMessage,
  fromBinary,
  fromJson,
  type Message,
  type Registry,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { createValidator, type Validator } from '@bufbuild/protovalidate';
import { compileServices } from '../../src/engine/grpc/compile-services.ts';
import type { GrpcServices } from '../../src/engine/grpc/grpc-services.ts';
import type { Method } from '../../src/engine/grpc/method.ts';
import { randomRules } from '../engine/protovalidate/random-rules.ts';
import { randomRuledMessage } from '../engine/protovalidate/random-values.ts';
import { descriptorSet } from '../support/buf.ts';
import { pick } from '../support/seeded.ts';

type Random = () => number;

/** Message types with random rules, each with a method for one message and a method for a stream. */
const TYPES = 60;

type Verdict = 'allowed' | 'malformed' | 'refused';

/** Content types of the protocols, with the form of their bodies. */
const CONTENTS = [
  { type: 'application/grpc', isJson: false, isFramed: true },
  { type: 'application/grpc+proto', isJson: false, isFramed: true },
  { type: 'application/grpc-web+proto', isJson: false, isFramed: true },
  { type: 'application/connect+proto', isJson: false, isFramed: true },
  { type: 'application/proto', isJson: false, isFramed: false },
  { type: 'application/grpc+json', isJson: true, isFramed: true },
  { type: 'application/json', isJson: true, isFramed: false },
] as const;

type Content = (typeof CONTENTS)[number];

/** The body of a call. */
interface Call {
  readonly method: Method;
  readonly content: Content;
  readonly bytes: Uint8Array;
  /** False for a body that was changed after it was encoded. */
  readonly isAsMade: boolean;
}

/**
 * Reads hostile bodies of gRPC, gRPC-Web and Connect, and judges them by rules of protovalidate. The second judge splits
 * the frames by itself, and decodes and validates with the libraries. Throws if Lictor lets a body through that it
 * refuses, or refuses one for its rules that it finds right.
 */
export async function runMessageBodies(
  count: number,
  random: Random,
  progress: (round: number) => void = () => {},
): Promise<Readonly<Record<Verdict, number>>> {
  const services = await randomServices(random);
  const library = createValidator({ registry: services.types.files });
  const paths = [...services.methods.keys()];
  const counts = { allowed: 0, malformed: 0, refused: 0 };
  for (let round = 1; round <= count; round += 1) {
    const method = services.methodAt(paths[Math.floor(random() * paths.length)] ?? '');
    if (method === undefined) throw new Error('there is no method');
    const call = hostileCall(method, services, library, random);
    const own = judge(call, services);
    const second = secondJudge(call, services, library);
    counts[own] += 1;
    const isWrong =
      (own === 'allowed' && second !== 'allowed') ||
      (own === 'refused' && second === 'allowed') ||
      (call.isAsMade && own !== second);
    if (isWrong) {
      const hex = Buffer.from(call.bytes).toString('hex').slice(0, 600);
      throw new Error(
        `${own} and not ${second}: ${method.path} as ${call.content.type}, round ${round}: ${hex}`,
      );
    }
    progress(round);
  }
  return counts;
}

async function randomServices(random: Random): Promise<GrpcServices> {
  const methods = Array.from(
    { length: TYPES },
    (_, at) => `rpc One${at}(M${at}) returns (Item); rpc Many${at}(stream M${at}) returns (Item);`,
  );
  const source = `${randomRules(TYPES, random)}\nservice S { ${methods.join('\n')} }`;
  const { services, problem } = compileServices(await descriptorSet({ 'a.proto': source }));
  if (services === undefined) throw new Error(problem);
  return services;
}

function hostileCall(method: Method, services: GrpcServices, library: Validator, random: Random): Call {
  const { input, isStream } = method;
  const fitting = CONTENTS.filter(({ isFramed }) => isFramed || !isStream);
  const content = fitting[Math.floor(random() * fitting.length)] ?? CONTENTS[0];
  const count = isStream ? 1 + Math.floor(random() * 3) : 1;
  const made = Array.from({ length: count }, () => {
    const message = messageOf(input, services, library, random);
    return content.isJson ? jsonOf(input, message, services) : toBinary(input, message);
  });
  if (random() < 0.4) return { method, content, bytes: joined(made, content), isAsMade: true };
  const changed = made.map((each) => mutated(each, content, random));
  const bytes = damagedFrames(joined(changed, content), content, random);
  return { method, content, bytes, isAsMade: false };
}

/** Messages that are tried for one that keeps the rules, which few random ones do. */
const TRIES = 6;

function messageOf(type: DescMessage, { types }: GrpcServices, library: Validator, random: Random): Message {
  const tries = random() < 0.5 ? TRIES : 1;
  let message = randomRuledMessage(type, types.files, random, 2);
  for (let left = tries - 1; left > 0 && library.validate(type, message).kind !== 'valid'; left -= 1) {
    message = randomRuledMessage(type, types.files, random, 2);
  }
  return message;
}

/** The JSON of a message; of an empty one if it has a value without a form in JSON, such as a date. */
function jsonOf(type: DescMessage, message: Message, { types }: GrpcServices): Uint8Array {
  try {
    return new TextEncoder().encode(JSON.stringify(toJson(type, message, { registry: types.files })));
  } catch {
    return new TextEncoder().encode('{}');
  }
}

function joined(messages: readonly Uint8Array[], { isFramed }: Content): Uint8Array {
  const parts = messages.flatMap((each) => {
    const prefix = Buffer.alloc(isFramed ? 5 : 0);
    if (isFramed) prefix.writeUInt32BE(each.length, 1);
    return [prefix, each];
  });
  return Buffer.concat(parts);
}

/** Fields that no message has, or has in another form. */
const FOREIGN = [
  'a00601',
  '0a03ffffff',
  '0d00000000',
  '08ffffffffffffffffff7f',
  '0b0c',
  '5200',
  '5801',
] as const;

function mutated(bytes: Uint8Array, { isJson }: Content, random: Random): Uint8Array {
  const kind = random();
  const at = Math.floor(random() * (bytes.length + 1));
  if (kind < 0.3) return bytes;
  if (kind < 0.6) {
    const copy = Uint8Array.from(bytes);
    if (at < copy.length) copy[at] = Math.floor(random() * 256);
    return copy;
  }
  if (kind < 0.7) return bytes.slice(0, at);
  if (kind < 0.85) return Buffer.concat([bytes, bytes.subarray(at)]);
  return isJson
    ? Buffer.from(
        Buffer.from(bytes)
          .toString()
          .replace('{', pick(random, ['{"f0":null,', '{"left":"x",', '{"__proto__":1,', '{{'])),
      )
    : Buffer.concat([bytes, Buffer.from(pick(random, FOREIGN), 'hex')]);
}

function damagedFrames(bytes: Uint8Array, { isFramed }: Content, random: Random): Uint8Array {
  const kind = random();
  if (!isFramed || kind < 0.7) return bytes;
  const copy = Uint8Array.from(bytes);
  if (kind < 0.8) copy[Math.floor(random() * 5)] = Math.floor(random() * 256);
  else if (kind < 0.9) return copy.slice(0, Math.floor(random() * copy.length));
  else return Buffer.concat([copy, Buffer.from([0, 0, 0, 0, Math.floor(random() * 2)])]);
  return copy;
}

const clock = () => ({ seconds: Math.floor(Date.now() / 1000), nanos: 0 });

function judge({ method, content, bytes }: Call, services: GrpcServices): Verdict {
  const body = { bytes, defect: bytes.length === 0 ? ('missing' as const) : undefined };
  const read = services.read(method, body, { type: content.type, encoding: '' });
  if (read.messages === undefined || read.unknown !== undefined) return 'malformed';
  return services.check(method, read.messages, clock) === undefined ? 'allowed' : 'refused';
}

function secondJudge({ method, content, bytes }: Call, services: GrpcServices, library: Validator): Verdict {
  const sent = content.isFramed ? framesOf(bytes) : [bytes];
  // Lictor does not tell an empty message of a unary call of Connect from a missing body.
  if (bytes.length === 0) return 'malformed';
  if (sent === undefined || (!method.isStream && sent.length !== 1)) return 'malformed';
  const messages = sent.map((each) => decoded(each, method.input, content, services));
  if (messages.includes(undefined)) return 'malformed';
  const areValid = messages.every(
    (each) => each !== undefined && library.validate(method.input, each).kind === 'valid',
  );
  return areValid ? 'allowed' : 'refused';
}

/** The messages of frames that are not compressed; undefined if the bytes do not consist of these. */
function framesOf(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const messages: Uint8Array[] = [];
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at < view.length) {
    if (view.length - at < 5 || view[at] !== 0) return undefined;
    const end = at + 5 + view.readUInt32BE(at + 1);
    if (end > view.length) return undefined;
    messages.push(view.subarray(at + 5, end));
    at = end;
  }
  return messages;
}

function decoded(
  bytes: Uint8Array,
  type: DescMessage,
  { isJson }: Content,
  { types }: GrpcServices,
): Message | undefined {
  try {
    if (!isJson) {
      const message = fromBinary(type, bytes);
      return hasUnknown(message, types.files) ? undefined : message;
    }
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as object;
    if (hasTwins(json)) return undefined;
    return fromJson(type, json as Parameters<typeof fromJson>[1], { registry: types.files });
  } catch {
    return undefined;
  }
}

/** True if a message, or one in it, has fields that its type does not have, or is an `Any` of an unknown type. */
function hasUnknown(value: unknown, registry: Registry): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  if ('$unknown' in value) return true;
  if ('typeUrl' in value && typeof value.typeUrl === 'string' && value.typeUrl !== '') {
    if (registry.getMessage(value.typeUrl.split('/').at(-1) ?? '') === undefined) return true;
  }
  return Object.values(value).some((each) => hasUnknown(each, registry));
}

/** True if an object has two members that differ only in case, which Lictor refuses in any JSON. */
function hasTwins(json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false;
  const names = Object.keys(json);
  return (
    new Set(names.map((name) => name.toLowerCase())).size < names.length || Object.values(json).some(hasTwins)
  );
}
