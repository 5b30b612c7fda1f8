import { thousands } from '../../diagnostic/thousands.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import type { CompiledPolicy } from '../../engine/set/policy-set.ts';
import { type Located, report } from '../language/reader.ts';
import type { RequestSpec } from '../language/test-request.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { EncodeCall } from './call-body.ts';
import type { TestCaller, TestRequest } from './policy-test.ts';

/** Names of a folder that its tests may refer to. */
export interface CompiledNames {
  readonly policies: ReadonlyMap<string, CompiledPolicy>;
  readonly issuers: ReadonlyMap<string, unknown>;
  /** Issuers that callers have a token of. */
  readonly usedIssuers: Set<string>;
  readonly environments: ReadonlyMap<string, unknown>;
  /** Names of Datasets. */
  readonly datasets: Iterable<string>;
  /** The content of a Dataset, which is then in use. */
  dataset(name: string): JsonValue | undefined;
  /** Names of policies that could not be read, or of which a rule or limit could not be read. */
  readonly partial: ReadonlySet<string>;
  /** True if part of the folder could not be read, so that a missing name may be declared there. */
  readonly incomplete: boolean;
  readonly reasons: ReadonlySet<string> | undefined;
  readonly room: TestRoom;
  /** Encoder of the messages of calls, by the descriptor sets of the folder. */
  readonly encodeCall: EncodeCall;
}

/** Room for the cases that the tests of a folder expand to, shared by all of them. */
interface TestRoom {
  /** Cases, and headers in their requests. */
  left: number;
}

/** Most cases of a folder after its matrices and rows are expanded, together with the headers of their requests. */
export const MOST_CASES = 250_000;

/** The callers and requests that a test document may name. An unknown name is undefined, and reported. */
export interface Declared {
  caller(name: Located<string>): TestCaller | undefined;
  request(name: Located<string>): RequestSpec | undefined;
}

/** Takes room for a case; false, and reported the first time, if there is none left. */
export function takeRoom(
  { room }: Pick<CompiledNames, 'room'>,
  at: Cursor,
  { headers }: { readonly headers: Pick<TestRequest['headers'], 'size'> },
): boolean {
  if (room.left <= 0) return false;
  room.left -= 1 + headers.size;
  if (room.left > 0) return true;
  const message = `the tests of the folder expand to more than ${thousands(MOST_CASES)} cases, counting the headers and values of each`;
  report(at, 'too_large', message, 'write fewer rows in `each`, or fewer callers or requests in `matrix`');
  return false;
}
