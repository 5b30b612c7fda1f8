import type { Attributes } from '../request/attributes.ts';
import { foldedName, hasOneValue } from '../request/header-fields.ts';
import type { HeaderRead, HeaderReads } from '../request/header-reads.ts';
import type { CompiledPolicy } from '../set/policy-set.ts';
import { ambiguousParameter } from './ambiguous-parameter.ts';
import type { DenialCause } from './denial-cause.ts';

type Sent = Attributes['request'];

/** In the place of bytes that are not UTF-8, which the service sees as they are. */
const REPLACEMENT = '\uFFFD';

/**
 * The denial if the request has a header that is read as one value more than once, or a header whose name some servers
 * take for that of a header that is read, or bytes in it that no text has: the service could see another value than
 * the policy. The same for query parameters.
 */
export function denyAmbiguousHeader(
  { named, others, parameters }: HeaderReads,
  policy: CompiledPolicy,
  sent: Sent,
): DenialCause | undefined {
  for (const read of named) {
    const detail = findingOn(read, sent);
    if (detail !== undefined) return { reason: 'ambiguous_header', detail, policy };
  }
  const detail = others === undefined ? undefined : findingOnAny(others, sent);
  if (detail !== undefined) return { reason: 'ambiguous_header', detail, policy };
  if (parameters === undefined || policy.allowsAmbiguousPath) return undefined;
  const found = ambiguousParameter(parameters, sent.path);
  return found === undefined
    ? undefined
    : { reason: 'ambiguous_path', detail: `the path has ${found}`, policy };
}

function findingOn({ name, use, isPlain }: HeaderRead, sent: Sent): string | undefined {
  const variant = isPlain && sent.headerForm.unusual.length === 0 ? undefined : variantOf(name, sent);
  if (variant !== undefined) return spelledTwice(variant, name);
  return use === 'presence' ? undefined : findingOnValue(name, use, sent);
}

/** As `findingOn`, for every header of the request. */
function findingOnAny(use: HeaderRead['use'], sent: Sent): string | undefined {
  for (const name of sent.headers.keys()) {
    const detail = findingOnValue(name, use, sent);
    if (detail !== undefined) return detail;
  }
  for (const name of sent.headerForm.unusual) {
    const variant = variantOf(name, sent);
    if (variant !== undefined) return spelledTwice(name, variant);
  }
  return undefined;
}

function findingOnValue(name: string, use: HeaderRead['use'], sent: Sent): string | undefined {
  if (isAmbiguous(name, use, sent)) return sentTwice(name);
  const isText = sent.headers.get(name)?.includes(REPLACEMENT) !== true;
  return isText ? undefined : `the header \`${name}\` has bytes that are not UTF-8`;
}

function isAmbiguous(name: string, use: HeaderRead['use'], sent: Sent): boolean {
  return !(use === 'values' && sent.headerForm.repeated.has(name)) && !hasOneValue(name, sent);
}

/** Another name in the request that some servers take for `name`. */
function variantOf(name: string, { headers }: Pick<Sent, 'headers'>): string | undefined {
  const folded = foldedName(name);
  for (const other of headers.keys()) if (other !== name && foldedName(other) === folded) return other;
  return undefined;
}

function sentTwice(name: string): string {
  return `the header \`${name}\` was sent more than once, and one value is expected`;
}

function spelledTwice(variant: string, name: string): string {
  return `the header \`${variant}\` is the same as \`${name}\` for some servers`;
}
