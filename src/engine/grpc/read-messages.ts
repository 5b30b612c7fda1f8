import { type DescMessage, fromBinary, fromJson, type Message, toBinary } from '@bufbuild/protobuf';
import { isFieldError } from '@bufbuild/protobuf/reflect';
import type { Body } from '../request/attributes.ts';
import { parseJson } from '../request/json.ts';
import type { BodyDenial, BodyReason } from '../schema/body-schema.ts';
import { MISSING_BODY, unreadableBody } from '../schema/readable-body.ts';
import { isBinaryMessage } from './binary-text.ts';
import { type MessageForm, messageForm } from './content-type.ts';
import { splitFrames } from './frames.ts';
import { plainJson } from './message-json.ts';
import type { Descriptors, Method } from './method.ts';
import { type ScanRoom, scanMessage, scanRoom } from './scan-message.ts';

/** The messages of a request, decoded, or the reason to refuse it. */
export type ReadMessages =
  | {
      readonly messages: readonly Message[];
      /** The first field or type that the descriptors do not have, as a phrase for the caller. */
      readonly unknown: string | undefined;
      readonly denial?: undefined;
    }
  | { readonly denial: BodyDenial; readonly messages?: undefined };

/** The headers that say how the bytes of a body are to be read; empty when absent. */
export interface ContentHeaders {
  readonly type: string;
  readonly encoding: string;
}

/**
 * Decodes the messages of a call: whole, not compressed, of a content type of gRPC, gRPC-Web or Connect, with as many
 * messages as the method has. The first of these that fails gives the reason.
 */
export function readMessages(
  body: Body,
  { type, encoding }: ContentHeaders,
  method: Method,
  descriptors: Descriptors,
): ReadMessages {
  const unreadable = unreadableBody(body, encoding);
  if (unreadable !== undefined) return { denial: unreadable };
  const form = messageForm(type);
  if (typeof form === 'string') return denied('body_wrong_type', form);
  if (body.defect === 'missing') return { denial: MISSING_BODY };
  const { messages: sent, denial } = split(body.bytes, form, method);
  return sent === undefined ? { denial } : decodeAll(sent, form, method, descriptors);
}

type Split = ReturnType<typeof splitFrames>;

function split(bytes: Uint8Array, { framing }: MessageForm, { isStream }: Method): Split {
  if (framing === 'whole') {
    return isStream
      ? denied('body_wrong_type', 'the method takes a stream of messages; send `application/connect+proto`')
      : { messages: [bytes] };
  }
  const frames = splitFrames(bytes);
  if (frames.messages === undefined || isStream || frames.messages.length === 1) return frames;
  const { length } = frames.messages;
  return length === 0
    ? { denial: MISSING_BODY }
    : denied('body_malformed', `the method takes one message, and the body has ${length}`);
}

function decodeAll(
  sent: readonly Uint8Array[],
  form: MessageForm,
  method: Method,
  descriptors: Descriptors,
): ReadMessages {
  const room = scanRoom();
  const messages: Message[] = [];
  let firstUnknown: string | undefined;
  const decode = form.codec === 'proto' ? decodeBinary : decodeJson;
  for (const [index, bytes] of sent.entries()) {
    const { message, unknown, denial } = decode(bytes, method, descriptors, room);
    const place = method.isStream ? `message ${index + 1}: ` : '';
    if (message === undefined) return denied(denial.reason, `${place}${denial.detail}`);
    messages.push(message);
    if (unknown !== undefined) firstUnknown ??= `${place}${unknown}`;
  }
  return { messages, unknown: firstUnknown };
}

type Decoded =
  | { readonly message: Message; readonly unknown: string | undefined; readonly denial?: undefined }
  | { readonly denial: BodyDenial; readonly message?: undefined; readonly unknown?: undefined };

function decodeBinary(
  bytes: Uint8Array,
  { input }: Method,
  { shapes }: Descriptors,
  room: ScanRoom,
): Decoded {
  const { problem, unknown } = scanMessage(bytes, shapes.of(input), shapes, room);
  if (problem !== undefined) return denied('body_malformed', problem);
  try {
    return { message: fromBinary(input, bytes), unknown };
  } catch {
    return denied('body_malformed', `the message is not a valid \`${input.typeName}\``);
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decodeJson(
  bytes: Uint8Array,
  { input }: Method,
  { registry, shapes }: Descriptors,
  room: ScanRoom,
): Decoded {
  const text = decodeText(bytes);
  if (text === undefined) return denied('body_malformed', 'the message is not UTF-8');
  const { value, problem } = parseJson(text, { refusesAmbiguity: true });
  if (value === undefined) return denied('body_malformed', `the message is not JSON: ${problem}`);
  if (isBinaryMessage(bytes))
    return denied('body_malformed', 'the message is JSON and a binary message, and services may read either');
  const { json, values, isWide, hasType } = plainJson(value);
  const { largest, holdsNumbers } = shapes.reachOf(input);
  if (isWide && (hasType || holdsNumbers))
    return denied(
      'body_malformed',
      'the message has an integer that loses digits as a `google.protobuf.Value`',
    );
  room.left -= values * largest;
  if (room.left < 0) return denied('body_malformed', 'the body has more values than are read');
  try {
    return { message: asSent(input, fromJson(input, json, { registry })), unknown: undefined };
  } catch (error) {
    const message = withoutUnknown(() =>
      asSent(input, fromJson(input, json, { registry, ignoreUnknownFields: true })),
    );
    if (message === undefined) return denied('schema_violation', misfit(error, input.typeName));
    return { message, unknown: `the message has a member that \`${input.typeName}\` does not have` };
  }
}

/** The message as a service holds it: a `float` has the 32 bits that are left of the digits of JSON. */
function asSent(input: DescMessage, message: Message): Message {
  return fromBinary(input, toBinary(input, message));
}

function withoutUnknown(decode: () => Message): Message | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

/** The field that does not fit; the text of the library would show its value. */
function misfit(error: unknown, type: string): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!isFieldError(cause)) return `the message is not a valid \`${type}\``;
  const field = cause.field();
  const owner = field.kind === 'oneof' ? field.parent.typeName : (field.parent?.typeName ?? type);
  return `the field \`${field.name}\` of \`${owner}\` has a value of another type`;
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

function denied(reason: BodyReason, detail: string): { readonly denial: BodyDenial } {
  return { denial: { reason, detail } };
}
