import type { Body } from '../request/attributes.ts';
import type { BodyDenial } from './body-schema.ts';

/**
 * Denial of a body that is not judged, since its bytes may differ from what the service reads: a part of it, bytes that
 * the proxy may have replaced, or a compressed body. Undefined for a readable body, and for one that is missing.
 * `encoding`: the `content-encoding` header, empty when absent.
 */
export function unreadableBody({ defect }: Body, encoding: string): BodyDenial | undefined {
  if (defect === 'truncated') return TRUNCATED;
  if (isEncoded(encoding)) {
    return {
      reason: 'body_wrong_type',
      detail: `the body is compressed or encoded (\`content-encoding: ${shown(encoding)}\`); send it without`,
    };
  }
  return defect === 'replaced' ? REPLACED : undefined;
}

export const MISSING_BODY: BodyDenial = { reason: 'body_missing', detail: 'a body is required' };

const TRUNCATED: BodyDenial = {
  reason: 'body_truncated',
  detail: 'the proxy sent only a part of the body, or cannot tell where it ends',
};

const REPLACED: BodyDenial = {
  reason: 'body_malformed',
  detail:
    'the proxy sent the body as text and may have replaced bytes in it; it must send bytes (`pack_as_bytes: true`)',
};

/** RFC 9110 section 8.4: a list of codings, of which `identity` is none. */
function isEncoded(encoding: string): boolean {
  return encoding.split(',').some((coding) => !/^[ \t]*(?:identity[ \t]*)?$/i.test(coding));
}

/** Maximum characters of a header in a denial. */
const MAX_SHOWN = 40;

/** The value for a sentence, without characters that could not be in a coding. */
function shown(encoding: string): string {
  const plain = encoding.replace(/[^!#$%&'*+.^_|~0-9A-Za-z, -]/g, '?');
  return plain.length > MAX_SHOWN ? `${plain.slice(0, MAX_SHOWN)}...` : plain;
}
