import { type Fields, mapping, type Read } from './fields.ts';
import { requestHelp } from './place-hints.ts';
import { located, mapOf } from './reader.ts';
import type { Reader } from './shape.ts';
import { callerSpec, REQUEST_FIELDS } from './test-request.ts';

/** Callers and requests that every PolicyTest of the folder may name. */
export const FIXTURES_FIELDS = {
  callers: { read: mapOf(located(callerSpec)), doc: 'callers by name' },
  requests: { read: mapOf(located(mapping(REQUEST_FIELDS, requestHelp))), doc: 'requests by name' },
} as const satisfies Fields;

export type FixturesSpec = Read<typeof FIXTURES_FIELDS>;

export const readFixturesSpec: Reader<FixturesSpec> = mapping(FIXTURES_FIELDS);
