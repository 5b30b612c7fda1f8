import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { get as getPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as getSecure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Fetch, Refusal } from '../engine/identity/fetch-document.ts';
import { isLoopbackAddress, isPrivateAddress } from './private-address.ts';

/** Decoders of the content codings (RFC 9110 section 8.4.1) that some stores of files use without being asked. */
const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const;

/** Settings of an origin, such as `https://kubernetes.default.svc`. */
export interface OriginSettings {
  /** Credentials for the `Authorization` header, such as `Bearer ...`. Not sent to any other origin. */
  readonly authorization?: string | undefined;
  /** The only authorities that its certificate may be of, PEM; undefined: those that Node trusts. */
  readonly ca?: string | undefined;
}

export interface HttpGetOptions {
  /** True if the host of a URL may have a private address, such as 10.0.0.1. */
  readonly allowsPrivate: (host: string) => boolean;
  /** Asked at each request. A rejection with a `FetchRefusal` is the error of the request. */
  readonly settingsOf: (origin: string) => Promise<OriginSettings>;
  /** Resolves a name to its addresses, in the order of preference; default: as the system does. */
  readonly resolve?: Resolve;
}

type Resolve = (
  name: string,
  options: LookupOptions,
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/**
 * A GET of Node's HTTP client, in place of the global `fetch`, whose implementation takes 13 MiB and 80 ms of processor
 * time to load. It follows no redirect. The address that is connected to must be a public one, unless `allowsPrivate`
 * accepts the host, or the host is a loopback address by its name (`localhost`, 127.0.0.1).
 */
export function createHttpGet({ allowsPrivate, settingsOf, resolve = bySystem }: HttpGetOptions): Fetch {
  return async (url, { headers, signal }) => {
    const target = new URL(url);
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const isAllowed = addressRule(host, allowsPrivate(target.hostname));
    if (isIP(host) !== 0 && !isAllowed(host)) throw new FetchRefusal(REFUSED);
    const { authorization, ca } = await settingsOf(target.origin);
    const sent = { 'user-agent': 'lictor', 'accept-encoding': 'identity', ...headers };
    return request(target, {
      headers: authorization === undefined ? sent : { ...sent, authorization },
      signal,
      lookup: guardedLookup(host, isAllowed, resolve),
      ...(ca === undefined ? {} : { ca }),
    });
  };
}

/** A reason of our own not to fetch. */
export class FetchRefusal extends Error implements Refusal {
  readonly refusal: string;

  /** A phrase for operators, which shows nothing of the URL. */
  constructor(refusal: string) {
    super(refusal);
    this.refusal = refusal;
  }
}

const REFUSED = 'has a private address, which `--jwks-allow-private` must allow for its host';

type AddressRule = (address: string) => boolean;

function addressRule(host: string, isPrivateAllowed: boolean): AddressRule {
  if (isPrivateAllowed) return () => true;
  // A name that is not loopback must not lead here by its records in the DNS.
  const isLoopback = host === 'localhost' || (isIP(host) !== 0 && isLoopbackAddress(host));
  return isLoopback ? isLoopbackAddress : (address) => !isPrivateAddress(address);
}

const bySystem: Resolve = (name, options, callback) => lookup(name, { ...options, all: true }, callback);

/** Resolves a name to the addresses that may be connected to: these are then used, without another look-up. */
function guardedLookup(host: string, isAllowed: AddressRule, resolve: Resolve): LookupFunction {
  return (name, options, callback) => {
    resolve(name, options, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      // Another name is that of a proxy, which the environment chooses.
      const allowed = name === host ? addresses.filter(({ address }) => isAllowed(address)) : addresses;
      const [first] = allowed;
      if (first === undefined) callback(new FetchRefusal(REFUSED), []);
      else if (options.all === true) callback(null, [...allowed]);
      else callback(null, first.address, first.family);
    });
  };
}

function request(target: URL, options: RequestOptions): ReturnType<Fetch> {
  const get = target.protocol === 'https:' ? getSecure : getPlain;
  return new Promise((resolve, reject) => {
    get(target, options, (response) =>
      resolve({
        status: response.statusCode ?? 0,
        headers: { get: (name) => textOf(response.headers[name]) },
        body: decoded(response),
      }),
    ).on('error', reject);
  });
}

function textOf(value: string | readonly string[] | undefined): string | null {
  return typeof value === 'object' ? value.join(', ') : (value ?? null);
}

function decoded(response: IncomingMessage): AsyncIterable<Uint8Array> {
  const coding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (!isKnown(coding)) return response;
  // The end of either is the end of both; an error is that of the reader.
  return pipeline(response, DECODERS[coding](), () => {});
}

function isKnown(coding: string): coding is keyof typeof DECODERS {
  return Object.hasOwn(DECODERS, coding);
}
