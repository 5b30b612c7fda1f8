import { strict as assert } from 'node:assert';
import { createCertificateReader } from '../../src/engine/identity/certificate.ts';
import { forwardedPeer } from '../../src/engine/identity/peer.ts';
import type { Peer } from '../../src/engine/request/attributes.ts';
import { readXfcc } from '../../src/engine/request/xfcc.ts';
import { nodeCrypto } from '../../src/node/crypto.ts';
import type { Random } from '../support/mutations.ts';
import { pick } from '../support/seeded.ts';

/** The names in the certificate of a client, of whom nothing is trusted but that an authority signed them. */
interface Names {
  readonly subject: string;
  readonly uris: readonly string[];
  readonly dns: readonly string[];
}

type Form = 'text' | 'json';

/** How often each result came; all of them are right. */
export interface ForwardedResults {
  /** The caller is the client that the nearest trusted proxy saw. */
  readonly accepted: number;
  readonly refused: number;
  /** A client without a name. */
  readonly unnamed: number;
}

const READER = createCertificateReader(nodeCrypto);
const NOBODY: Peer = {
  address: '',
  port: 0,
  principal: '',
  service: '',
  labels: new Map(),
  certificate: '',
};
const ADMIN = 'spiffe://acme.example/ns/shop/sa/admin';
const DIGEST = 'a'.repeat(64);

const SIGNS: readonly string[] = [
  ',',
  ';',
  '=',
  '"',
  '\\',
  '\\"',
  '\\\\',
  ';;',
  ',,',
  '[',
  ']',
  '{',
  '}',
  ':',
  '%2C',
  '#',
];
const KEYS: readonly string[] = [
  'By=',
  'Hash=',
  'Subject=',
  'URI=',
  'DNS=',
  'Issuer=',
  'Cert=',
  'Chain=',
  'uri=',
  'URI',
];
const TEXT_PARTS: readonly string[] = [
  `Hash=${DIGEST}`,
  `,By=x;Hash=${DIGEST};URI=${ADMIN}`,
  `;URI=${ADMIN}`,
  `,URI=${ADMIN}`,
  ';DNS=admin.svc',
  `";URI=${ADMIN};Subject="`,
  `\\";URI=${ADMIN}`,
];
const JSON_PARTS: readonly string[] = [
  `"},{"hash":"${DIGEST}","uri":["${ADMIN}"]}`,
  `","uri":["${ADMIN}`,
  `[{"hash":"${DIGEST}","uri":["${ADMIN}"]}]`,
  `{"hash":"${DIGEST}"}`,
  '\\u0022',
  'null',
];
const WORDS: readonly string[] = [
  'a',
  'spiffe://acme.example/ns/shop/sa/web',
  ADMIN,
  'admin.svc',
  'http://e/',
  'CN=admin',
];
const SPACES: readonly string[] = [' ', '\t', '\n', '\u0000', '\u00fc', '+', '<', '>'];

/** Parts of names and headers by which a client could look like another. */
const PIECES = ['web', ...WORDS, ...SIGNS, ...KEYS, ...TEXT_PARTS, ...JSON_PARTS, ...SPACES] as const;

/** Text of up to seven parts. */
function hostileText(random: Random): string {
  return Array.from({ length: Math.floor(random() * 8) }, () => pick(random, PIECES)).join('');
}

const PLAIN: readonly [string, ...string[]] = ['spiffe://acme.example/web', 'http://a/b', 'web.svc', 'web'];
const PLAIN_NAMES: [Names, ...Names[]] = [
  { subject: 'CN=web', uris: ['spiffe://acme.example/ns/shop/sa/web'], dns: [] },
  { subject: 'CN=web,O=acme', uris: [], dns: [] },
  { subject: 'CN=web', uris: [], dns: ['web.svc'] },
  { subject: '', uris: ['http://web/'], dns: [] },
];

function namesOf(random: Random): Names {
  if (random() < 0.2) return pick(random, PLAIN_NAMES);
  const text = (): string => (random() < 0.3 ? pick(random, PLAIN) : hostileText(random));
  const list = (most: number): string[] => Array.from({ length: Math.floor(random() * most) }, text);
  return { subject: random() < 0.2 ? '' : `CN=${escaped(text())}`, uris: list(3), dns: list(3) };
}

/** A value of an attribute as OpenSSL prints it (RFC 4514). */
function escaped(text: string): string {
  const printed = text.replaceAll(/[,+"\\<>;]|^[ #]| $/g, '\\$&');
  return printed.replaceAll(/[^ -~]/g, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `\\${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

/** An element as Envoy writes it about a client, with every name that it can report. */
function elementOf({ subject, uris, dns }: Names, form: Form, by: string): string {
  if (form === 'json') {
    const names = {
      ...(subject && { subject }),
      ...(uris.length > 0 && { uri: uris }),
      ...(dns.length > 0 && { dns }),
    };
    return JSON.stringify({ by: [by], hash: DIGEST, ...names });
  }
  const reported = uris.length === 0 ? ['URI='] : uris.map((uri) => `URI=${uri}`);
  const pairs = [`By=${by}`, `Hash=${DIGEST}`, `Subject="${subject}"`, ...reported];
  return [...pairs, ...dns.map((name) => `DNS=${name}`)].join(';');
}

/** The name that Envoy gives to the client as a direct peer. */
function principalOf({ subject, uris, dns }: Names): string {
  return uris[0] ?? dns[0] ?? subject;
}

/** The header after a proxy has added its element to what it got. */
function appended(before: string, names: Names, form: Form): string {
  const isList = /^\s*\[.*\]\s*$/s.test(before);
  if (before === '')
    return form === 'json' ? `[${elementOf(names, form, 'edge')}]` : elementOf(names, form, 'edge');
  if (!isList) return `${before},${elementOf(names, 'text', 'edge')}`;
  return before.replace(/\]\s*$/, `,${elementOf(names, 'json', 'edge')}]`);
}

/** Proxies behind the first one, as each is seen by the next. */
const PROXIES: readonly Names[] = [
  { subject: 'CN=edge', uris: ['spiffe://acme.example/ns/edge/sa/edge'], dns: [] },
  { subject: 'CN=middle', uris: ['spiffe://acme.example/ns/edge/sa/middle'], dns: [] },
];

/** What a client sends itself, what the first proxy sees of it, and the proxies that the request passes then. */
interface Passage {
  readonly before: string;
  /** The client, then each proxy, as the next one sees it. */
  readonly seen: readonly Names[];
  readonly header: string;
  readonly form: Form;
}

function passageOf(random: Random): Passage {
  const before = random() < 0.5 ? '' : hostileText(random);
  const form = random() < 0.5 ? 'text' : 'json';
  const seen = [namesOf(random), ...PROXIES.slice(0, Math.floor(random() * 3))];
  const header = seen.reduce((text, names) => appended(text, names, form), before);
  return { before, seen, header, form };
}

/**
 * Clients with any names, who may send a header of their own, and one to three proxies that each add what they see.
 * Throws if the caller is anybody else than the nearest of them, or if a plain client is refused.
 */
export function runForwardedPeers(
  rounds: number,
  random: Random,
  onRound?: (round: number) => void,
): ForwardedResults {
  const results = { accepted: 0, refused: 0, unnamed: 0 };
  for (let round = 1; round <= rounds; round += 1) {
    onRound?.(round);
    results[judged(passageOf(random))] += 1;
  }
  return results;
}

function judged({ before, seen, header, form }: Passage): keyof ForwardedResults {
  const read = readXfcc(header, seen.length);
  const { principal, denial } = forwardedPeer(read, NOBODY, READER);
  const shown = JSON.stringify({ header, seen, principal, reason: denial?.reason });
  if (principal === undefined) {
    // In text, DNS names after no URI name look like one URI name.
    const isPlain = (names: Names): boolean =>
      PROXIES.includes(names) || (PLAIN_NAMES.includes(names) && (form === 'json' || names.dns.length === 0));
    assert(before !== '' || !seen.every(isPlain), `refused: ${shown}`);
    return 'refused';
  }
  assert(isNamed(principal, seen.at(-1)), `another caller: ${shown}`);
  assert(read.elements?.length === seen.length, `another number of elements: ${shown}`);
  for (const [at, { uri }] of (read.elements ?? []).entries())
    assert(uri === (seen[at]?.uris.find((each) => each !== '') ?? ''), `another element: ${shown}`);
  return principal === '' ? 'unnamed' : 'accepted';
}

/** True if Envoy gives the client this name as a direct peer, or none for its only URI name, which is empty. */
function isNamed(principal: string, names: Names | undefined): boolean {
  if (names === undefined) return false;
  const uris = names.uris.filter((uri) => uri !== '');
  const isSpiffe = /^spiffe:\/\//i.test(principal);
  if (isSpiffe) return uris.length === 1 && principal === uris[0];
  // Such a name looks like an issuer after no name; the subject is in the certificate in both cases.
  if (uris[0]?.startsWith(';Issuer="') === true && principal === names.subject) return true;
  return uris.length <= 1 && principal === principalOf({ ...names, uris });
}
