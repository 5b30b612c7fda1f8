import type { RecordedInputs } from '../../engine/decision/recorded-inputs.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { parseJson } from '../../engine/request/json.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import { readInputs } from './read-inputs.ts';
import { type RECORD_FIELDS, RECORD_VERSION } from './record-fields.ts';

/** The parts of a `DecisionRecord` that say what was decided, about which request. Absent texts are empty. */
export interface RecordedDecision {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly decision: string;
  readonly reason: string;
  /** 0 if the record has none. */
  readonly status: number;
  readonly policy: string;
  readonly rule: string;
  /** Commit of the policies that decided; empty if there is none. */
  readonly commit: string;
  /** Digest of the policies that decided; empty while no policy set was live. */
  readonly digest: string;
  /** Name of the Environment document that applied; empty if there is none. */
  readonly environment: string;
  readonly request: { readonly method: string; readonly host: string; readonly path: string };
  readonly source: { readonly principal: string; readonly address: string };
  /** The peer that a policy accepted. */
  readonly caller: { readonly principal: string; readonly via: 'connection' | 'xfcc' } | undefined;
  readonly destination: { readonly principal: string };
  readonly jwt: { readonly issuer: string; readonly subject: string } | undefined;
  /** Share of such decisions that are recorded, above 0 to 1. */
  readonly sample: number;
  /** Undefined if the record has none. */
  readonly inputs: RecordedInputs | undefined;
}

export type RecordResult =
  | { readonly record: RecordedDecision; readonly problem?: undefined }
  /** Second half of a sentence that begins with the name of the file. */
  | { readonly problem: string; readonly record?: undefined };

/**
 * Reads one line of the decision log, as `toRecord` writes it. Unknown members are ignored, as later versions add some. A
 * record without `v` is one of before versions were counted.
 */
export function readRecord(line: string): RecordResult {
  const { value, fault } = parseJson(line);
  if (fault !== undefined) return { problem: `holds no record: it is not JSON, ${fault.what}` };
  const version = numberOf(value, 'v', RECORD_VERSION);
  if (version !== RECORD_VERSION)
    return { problem: `holds a record of version ${version}, and only ${RECORD_VERSION} is known` };
  const request = member(value, 'request');
  const time = Date.parse(textOf(value, 'time'));
  const reason = textOf(value, 'reason');
  if (request === undefined || reason === '' || Number.isNaN(time)) {
    return { problem: 'holds no record: it has no `time`, `reason` or `request`' };
  }
  return { record: decisionOf(value, request, time) };
}

function decisionOf(value: JsonValue, request: JsonObject, time: number): RecordedDecision {
  const source = member(value, 'source');
  const jwt = member(value, 'jwt');
  const caller = member(value, 'caller');
  const revision = member(value, 'revision');
  const inputs = member(value, 'inputs');
  return {
    id: textOf(value, 'decision_id'),
    time,
    decision: textOf(value, 'decision'),
    reason: textOf(value, 'reason'),
    status: numberOf(value, 'status', 0),
    policy: textOf(value, 'policy'),
    rule: textOf(value, 'rule'),
    commit: textOf(revision, 'commit'),
    digest: textOf(revision, 'digest'),
    environment: textOf(value, 'environment'),
    request: {
      method: textOf(request, 'method'),
      host: textOf(request, 'host'),
      path: textOf(request, 'path'),
    },
    source: { principal: textOf(source, 'principal'), address: textOf(source, 'address') },
    caller: caller && {
      principal: textOf(caller, 'principal'),
      via: textOf(caller, 'via') === 'xfcc' ? 'xfcc' : 'connection',
    },
    destination: { principal: textOf(member(value, 'destination'), 'principal') },
    jwt: jwt && { issuer: textOf(jwt, 'issuer'), subject: textOf(jwt, 'subject') },
    sample: numberOf(value, 'sample', 1),
    inputs: inputs && readInputs(inputs),
  };
}

type Table = typeof RECORD_FIELDS;

/** Names of fields of a type, in the record and in its objects. */
type NamesOf<Type extends string, Fields = Table> = {
  [Name in keyof Fields & string]:
    | (Fields[Name] extends { readonly type: Type } ? Name : never)
    | (Fields[Name] extends { readonly type: 'object'; readonly fields: infer Inner }
        ? NamesOf<Type, Inner>
        : never);
}[keyof Fields & string];

function member(value: JsonValue | undefined, name: NamesOf<'object'>): JsonObject | undefined {
  const found = valueOf(value, name);
  return isJsonObject(found) ? found : undefined;
}

function textOf(value: JsonValue | undefined, name: NamesOf<'text'>): string {
  const found = valueOf(value, name);
  return typeof found === 'string' ? found : '';
}

function numberOf(
  value: JsonValue | undefined,
  name: NamesOf<'integer' | 'number'>,
  otherwise: number,
): number {
  const found = valueOf(value, name);
  return typeof found === 'number' ? found : otherwise;
}

function valueOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
