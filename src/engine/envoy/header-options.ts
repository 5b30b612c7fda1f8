import type { MessageWriter } from './message-writer.ts';
import { APPEND_ACTION } from './messages.ts';

/** Tags of HeaderValueOption, of the HeaderValue in it, and of google.protobuf.BoolValue. */
const HEADER = 0x0a;
const APPEND = 0x12;
const APPEND_ACTION_TAG = 0x18;
const KEY = 0x0a;
const VALUE = 0x12;
const BOOL = 0x08;

/** Writes a header that replaces those of its name. `tag`: that of the field of HeaderValueOptions. */
export function writeOverwritten(writer: MessageWriter, tag: number, key: string, value: string): void {
  writeWithAction(writer, tag, APPEND_ACTION.overwriteIfExistsOrAdd, key, value);
}

/** Writes a header of a response that, unlike one of a request, is appended by its action, also if there is none. */
export function writeAdded(writer: MessageWriter, tag: number, key: string, value: string): void {
  writeWithAction(writer, tag, APPEND_ACTION.appendIfExistsOrAdd, key, value);
}

/** Writes a header that is appended to that of the request; Envoy ignores it if the request has no such header. */
export function writeAppended(writer: MessageWriter, tag: number, key: string, value: string): void {
  const option = writer.size;
  writer.number(BOOL, 1);
  writer.part(APPEND, option);
  writeHeader(writer, key, value);
  writer.part(tag, option);
}

function writeWithAction(
  writer: MessageWriter,
  tag: number,
  action: number,
  key: string,
  value: string,
): void {
  const option = writer.size;
  writer.number(APPEND_ACTION_TAG, action);
  writeHeader(writer, key, value);
  writer.part(tag, option);
}

function writeHeader(writer: MessageWriter, key: string, value: string): void {
  const header = writer.size;
  writer.text(VALUE, value);
  writer.text(KEY, key);
  writer.part(HEADER, header);
}
