import type { Decision } from '../decision/decide.ts';
import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonList } from '../request/json-value.ts';
import { MessageWriter } from './message-writer.ts';

/*
 * The dynamic metadata that an answer carries: texts by name. What is the same in all answers of a rule is written once
 * for a policy set, and copied afterwards.
 */

/** Tags of google.protobuf.Struct, of its entries, and of a Value. */
const ENTRY = 0x0a;
const KEY = 0x0a;
const VALUE = 0x12;
const STRING = 0x1a;

/** Writes an entry of a Struct, a text. */
export function writeEntry(writer: MessageWriter, key: string, text: string): void {
  const entry = writer.size;
  writer.text(STRING, text);
  writer.part(VALUE, entry);
  writer.text(KEY, key);
  writer.part(ENTRY, entry);
}

/** Tags of a Value, other than a text. */
const NULL = 0x08;
const NUMBER = 0x11;
const BOOL = 0x20;
const STRUCT = 0x2a;
const LIST = 0x32;
/** Tag of ListValue. */
const ITEM = 0x0a;

/** Writes the entry `values`: the values that policies set, as a Struct. */
export function writeValues(writer: MessageWriter, values: ReadonlyMap<string, JsonValue>): void {
  const entry = writer.size;
  writeStruct(writer, [...values]);
  writer.part(STRUCT, entry);
  writer.part(VALUE, entry);
  writer.text(KEY, 'values');
  writer.part(ENTRY, entry);
}

function writeStruct(writer: MessageWriter, members: readonly (readonly [string, JsonValue])[]): void {
  for (const [key, value] of members.toReversed()) {
    const entry = writer.size;
    writeValue(writer, value);
    writer.part(VALUE, entry);
    writer.text(KEY, key);
    writer.part(ENTRY, entry);
  }
}

/** Writes the one field of a Value. */
function writeValue(writer: MessageWriter, value: JsonValue): void {
  switch (typeof value) {
    case 'string':
      return writer.text(STRING, value);
    case 'number':
    case 'bigint':
      return writer.double(NUMBER, Number(value));
    case 'boolean':
      return writer.number(BOOL, value ? 1 : 0);
    default:
      if (value === null) return writer.number(NULL, 0);
      return writeContainer(writer, value);
  }
}

function writeContainer(writer: MessageWriter, value: JsonObject | readonly JsonValue[]): void {
  const container = writer.size;
  if (!isJsonList(value)) {
    writeStruct(writer, Object.entries(value));
    return writer.part(STRUCT, container);
  }
  for (const each of value.toReversed()) {
    const item = writer.size;
    writeValue(writer, each);
    writer.part(ITEM, item);
  }
  return writer.part(LIST, container);
}

type Revision = NonNullable<Decision['revision']>;

type Facts = Pick<Decision, 'reason' | 'policy' | 'rule' | 'revision' | 'revisionText'>;

/**
 * Entries of the answers of each policy set, by reason, policy, rule and revision: as many as the set has rules and
 * limits.
 */
const written = new WeakMap<Revision, Map<string, Uint8Array>>();

/** The entries of the last answer, which are those of most answers. */
let last: (Facts & { readonly bytes: Uint8Array }) | undefined;

/** The entries of reason, policy, rule and revision, in this order. */
export function factsOf(facts: Facts): Uint8Array {
  if (
    last !== undefined &&
    last.revision === facts.revision &&
    last.revisionText === facts.revisionText &&
    last.reason === facts.reason &&
    last.policy === facts.policy &&
    last.rule === facts.rule
  ) {
    return last.bytes;
  }
  const { reason, policy, rule, revision, revisionText } = facts;
  const bytes = revision === undefined ? write(facts) : writtenOnce(facts, revision);
  last = { reason, policy, rule, revision, revisionText, bytes };
  return bytes;
}

function writtenOnce(facts: Facts, revision: Revision): Uint8Array {
  let ofSet = written.get(revision);
  if (ofSet === undefined) {
    ofSet = new Map();
    written.set(revision, ofSet);
  }
  // Only the last of them can contain a line end.
  const key = `${facts.reason}\n${facts.policy}\n${facts.rule}\n${facts.revisionText}`;
  let bytes = ofSet.get(key);
  if (bytes === undefined) {
    bytes = write(facts);
    ofSet.set(key, bytes);
  }
  return bytes;
}

function write({ reason, policy, rule, revisionText }: Facts): Uint8Array {
  const writer = new MessageWriter();
  writer.begin();
  writeEntry(writer, 'revision', revisionText);
  writeEntry(writer, 'rule', rule);
  writeEntry(writer, 'policy', policy);
  writeEntry(writer, 'reason', reason);
  return writer.finish().slice();
}
