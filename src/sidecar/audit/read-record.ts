import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { parseJson } from '../../engine/request/json.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';

/** The parts of a `DecisionRecord` that say what was decided, about which request. Absent texts are empty. */
export interface RecordedDecision {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly decision: string;
  readonly reason: string;
  /** 0 if the record has none. */
  readonly status: number;
  readonly policy: string;
  readonly rule: string;
  /** Digest of the policies that decided; empty while no policy set was live. */
  readonly digest: string;
  readonly request: { readonly method: string; readonly host: string; readonly path: string };
  readonly source: { readonly principal: string; readonly address: string };
  /** The peer that a policy accepted. */
  readonly caller: { readonly principal: string; readonly via: 'connection' | 'xfcc' } | undefined;
  readonly destination: { readonly principal: string };
  readonly jwt: { readonly issuer: string; readonly subject: string } | undefined;
}

export type RecordResult =
  | { readonly record: RecordedDecision; readonly problem?: undefined }
  /** Second half of a sentence that begins with the name of the file. */
  | { readonly problem: string; readonly record?: undefined };

/** Reads one line of the decision log, as `toRecord` writes it. Unknown members are ignored. */
export function readRecord(line: string): RecordResult {
  const { value, fault } = parseJson(line);
  if (fault !== undefined) return { problem: `holds no record: it is not JSON, ${fault.what}` };
  const request = member(value, 'request');
  const time = Date.parse(textOf(value, 'time'));
  const reason = textOf(value, 'reason');
  if (request === undefined || reason === '' || Number.isNaN(time)) {
    return { problem: 'holds no record: it has no `time`, `reason` or `request`' };
  }
  const source = member(value, 'source');
  const jwt = member(value, 'jwt');
  const caller = member(value, 'caller');
  const { status } = value as JsonObject;
  return {
    record: {
      time,
      decision: textOf(value, 'decision'),
      reason,
      status: typeof status === 'number' ? status : 0,
      policy: textOf(value, 'policy'),
      rule: textOf(value, 'rule'),
      digest: textOf(member(value, 'revision'), 'digest'),
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
    },
  };
}

function member(value: JsonValue | undefined, name: string): JsonObject | undefined {
  const found = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isJsonObject(found) ? found : undefined;
}

function textOf(value: JsonValue | undefined, name: string): string {
  const found = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return typeof found === 'string' ? found : '';
}
