import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { type Counts, countsBy } from './counts.ts';

/** One look at the page of a sidecar. */
export type Seen =
  | {
      readonly kind: 'comparison';
      readonly candidate: string;
      /** Begin of the counts. */
      readonly since: string;
      readonly counts: Counts;
      readonly causes: readonly SeenCause[];
    }
  /** It has no candidate, or none that is valid. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unreachable'; readonly cause: string };

/** Requests that differ in the same way. */
export interface SeenCause {
  readonly kind: string;
  readonly live: string;
  readonly candidate: string;
  readonly count: number;
  /** Method, host and path of one of them. */
  readonly example: string;
}

/** Gets the text at an address, or rejects. `status` is that of HTTP. */
export type GetText = (url: string) => Promise<{ readonly status: number; readonly text: string }>;

/** Looks at `/v1/candidate` of a sidecar. Never rejects. */
export async function lookAt(address: string, get: GetText): Promise<Seen> {
  try {
    const { status, text } = await get(`${address}/v1/candidate`);
    if (status === 404) return { kind: 'none' };
    if (status !== 200) return { kind: 'unreachable', cause: `status ${status}` };
    return seenIn(objectOf(JSON.parse(text)));
  } catch (error) {
    return { kind: 'unreachable', cause: causeOf(error) };
  }
}

/** Cause of an error of `fetch`, whose own message says nothing. */
export function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return errorCode(cause) || errorMessage(cause);
}

type Json = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function seenIn(page: Json): Seen {
  if (!('comparison' in page)) return { kind: 'unreachable', cause: 'it is not a page of a candidate' };
  if (page['comparison'] === null) return { kind: 'none' };
  const { candidate, since, counts } = objectOf(page['comparison']);
  const numbers = objectOf(counts);
  const causes = Array.isArray(page['causes']) ? page['causes'].map((each) => causeIn(objectOf(each))) : [];
  const read = countsBy((result) => numberOf(numbers[result]));
  return { kind: 'comparison', candidate: String(candidate), since: String(since), counts: read, causes };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && value >= 0 ? value : 0;
}

function causeIn({ kind, live, candidate, count, example }: Json): SeenCause {
  const { method, host, path } = objectOf(example);
  return {
    kind: String(kind),
    live: sideIn(objectOf(live)),
    candidate: sideIn(objectOf(candidate)),
    count: numberOf(count),
    example: `${String(method)} ${String(host)}${String(path)}`,
  };
}

function sideIn({ reason, policy, rule }: Json): string {
  const name = [policy, rule].filter((each) => each !== '').join('/');
  return name === '' ? String(reason) : `${String(reason)} (${name})`;
}
