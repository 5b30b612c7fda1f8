import type { Knowledge, TextTest, Why } from '../../cel/interpret/constant-parts.ts';
import { NAMES } from '../../engine/request/names.ts';
import { METHODS } from '../language/values.ts';

/** What the values of the names that an expression reads can never be, and where that comes from. */
export const KNOWLEDGE: Knowledge = {
  isAlwaysThere: (name) => ALWAYS.has(name),
  whyNever: (name, test, text) => NEVER.get(name)?.(test, text),
  whyNoKey(name, key) {
    if (name !== 'request.headers') return undefined;
    if (key.startsWith(':')) return PSEUDO.get(key) ?? { reason: 'pseudo-headers are not among the headers' };
    const lower = key.toLowerCase();
    if (lower === key) return undefined;
    return { reason: 'names of headers are in lower case here', help: `write \`${lower}\`` };
  },
};

/** Reading a body can fail. */
const CAN_FAIL: ReadonlySet<string> = new Set(['request.body', 'request.body_bytes']);

/** Every declared name, and what stands before the dots of one. */
const ALWAYS: ReadonlySet<string> = new Set(
  Object.keys(NAMES)
    .filter((name) => !CAN_FAIL.has(name))
    .flatMap((name) => {
      const parts = name.split('.');
      return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
    }),
);

const PSEUDO: ReadonlyMap<string, Why> = new Map(
  ['method', 'path', 'scheme'].map((name) => [
    `:${name}`,
    { reason: 'pseudo-headers are not among the headers', help: `read \`request.${name}\`` },
  ]),
);

const NEVER: ReadonlyMap<string, (test: TextTest, text: string) => Why | undefined> = new Map([
  ['request.method', neverMethod],
  ['request.url_path', neverCanonicalPath],
  ['source.spiffe.trust_domain', neverTrustDomain],
  ['source.certificate.serial', neverHex],
  ['source.certificate.sha256', neverHex],
]);

/** RFC 9110, section 9.1: methods are case-sensitive. */
function neverMethod(test: TextTest, text: string): Why | undefined {
  const upper = text.toUpperCase();
  if (test !== 'equals' || upper === text || !METHODS.includes(upper)) return undefined;
  return { reason: 'methods are written in upper case', help: `write \`${upper}\`` };
}

/** `url_path` is canonical: it begins with `/` unless it is `*`, has no query string and no slash at its end. */
function neverCanonicalPath(test: TextTest, text: string): Why | undefined {
  if (text.includes('?')) {
    return { reason: 'the query string is no part of `url_path`', help: 'read `request.query_params`' };
  }
  const fromStart = test !== 'endsWith' && text !== '';
  if (fromStart && !text.startsWith('/') && text !== '*') {
    return { reason: '`url_path` begins with `/`', help: `write \`/${text}\`` };
  }
  if (test === 'equals' && text === '') return { reason: '`url_path` begins with `/`', help: 'write `/`' };
  if (test === 'startsWith' || !text.endsWith('/') || (test === 'equals' && text === '/')) return undefined;
  if (text === '/') return { reason: '`url_path` has no slash at its end', except: 'the path `/`' };
  return { reason: '`url_path` has no slash at its end', help: `write \`${text.replace(/\/+$/, '')}\`` };
}

function neverHex(_: TextTest, text: string): Why | undefined {
  const plain = text.toLowerCase().replaceAll(':', '');
  return plain === text
    ? undefined
    : { reason: 'it is lower-case hex without colons', help: `write \`${plain}\`` };
}

/** SPIFFE-ID standard, section 2.1: compared in lower case. */
function neverTrustDomain(_: TextTest, text: string): Why | undefined {
  const lower = text.toLowerCase();
  if (!/[A-Z]/.test(text)) return undefined;
  return { reason: 'trust domains are in lower case', help: `write \`${lower}\`` };
}
