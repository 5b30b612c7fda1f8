import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { decodeCheck } from '../../src/engine/envoy/decode.ts';
import { ProxyObserver } from '../../src/engine/envoy/proxy-observer.ts';
import { decodeText } from '../../src/node/decode-text.ts';
import { FULL_CHECK, RAW_HEADERS_CHECK } from '../support/checks.ts';
import { mutateMessage } from '../support/message-mutations.ts';
import { messageSchema } from '../support/message-schema.ts';
import { MUTATIONS, type Others } from '../support/mutations.ts';
import { officialCheckRequest } from '../support/official.ts';
import { plainAttributes } from '../support/plain-attributes.ts';
import { referenceAttributes } from '../support/reference-check.ts';
import { pick } from '../support/seeded.ts';
import { faultOf } from '../support/strict-messages.ts';

const SCHEMA = messageSchema('envoy.service.auth.v3.CheckRequest');

type Result = 'read' | 'bad_check' | 'not_http';

/**
 * Compares `decodeCheck` with the reference: both read the same from the bytes, or ours refuses them, and then only for a
 * fault that the strict reader finds. Returns the result of ours; throws if they differ.
 */
export function compareReaders(bytes: Uint8Array): Result {
  const proxy = new ProxyObserver({ maxRequestBytes: 1000 });
  const { attributes, reason } = decodeCheck(bytes, decodeText, proxy);
  const fault = faultOf(bytes, SCHEMA);
  if (fault !== undefined) {
    if (reason !== 'bad_check') throw new Error(`not refused, although ${fault}`);
    return reason;
  }
  const observer = new ProxyObserver({ maxRequestBytes: 1000 });
  const reference = referenceAttributes(bytes, observer);
  if (reference === undefined) {
    if (reason === undefined) throw new Error('only ours finds a request');
    return reason;
  }
  if (attributes === undefined) throw new Error('only the reference finds a request');
  if (!isDeepStrictEqual(plainAttributes(attributes), plainAttributes(reference))) {
    throw new Error('the readers read different values');
  }
  if (!isDeepStrictEqual(new Set(proxy.notices), new Set(observer.notices))) {
    throw new Error('the readers noticed different things');
  }
  return 'read';
}

/** Messages of a real Envoy 1.40, written by `record-checks.ts`. */
export const ENVOY_CHECKS = (
  JSON.parse(readFileSync(new URL('envoy-checks.json', import.meta.url), 'utf8')) as {
    readonly name: string;
    readonly message: string;
  }[]
).map(({ name, message }) => ({ name, bytes: Buffer.from(message, 'base64') }));

const REAL: Others = [
  officialCheckRequest.serialize(FULL_CHECK),
  officialCheckRequest.serialize(RAW_HEADERS_CHECK),
  ...ENVOY_CHECKS.map(({ bytes }) => bytes),
];

/**
 * Compares the readers over so many mutations of real messages: one half changes bytes anywhere, the other fields of
 * well-formed messages. Returns the number of each result; throws with the message if the readers differ.
 */
export function compareOverMutations(
  rounds: number,
  random: () => number,
  onRound?: (round: number) => void,
): Readonly<Record<Result, number>> {
  const results = { read: 0, bad_check: 0, not_http: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const real = pick(random, REAL);
    const bytes =
      round % 2 === 0 ? mutateMessage(real, SCHEMA, random) : pick(random, MUTATIONS)(real, random, REAL);
    try {
      results[compareReaders(bytes)] += 1;
    } catch (error) {
      throw new Error(`round ${round}: ${bytes.toString('base64')}`, { cause: error });
    }
    onRound?.(round);
  }
  return results;
}
