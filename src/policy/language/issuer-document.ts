import {
  ALGORITHMS,
  type Algorithm,
  algorithmProperties,
  isAlgorithm,
} from '../../engine/identity/algorithms.ts';
import type { Refresh, TokenPlace } from '../../engine/identity/issuer.ts';
import type { Cursor } from '../yaml/tree.ts';
import {
  exactlyOne,
  type Fields,
  later,
  mapping,
  misplaced,
  oneOf,
  type Read,
  suggestion,
} from './fields.ts';
import { boolean, child, lacks, list, located, nonEmptyText, report, someOf, text } from './reader.ts';
import type { Reader } from './shape.ts';
import { duration, header, keyUrl } from './values.ts';

const SECOND = 1000;

export const REFRESH_FIELDS = {
  interval: { read: duration(SECOND), doc: 'between fetches; default 5m' },
  cooldown: { read: duration(), doc: 'least time between fetches that an unknown `kid` causes; default 30s' },
  timeout: { read: duration(1), doc: 'of one fetch; default 2s' },
  maxStale: { read: duration(), doc: 'how long keys serve after the last good fetch; default 24h' },
} as const satisfies Fields;

export const KEYS_FIELDS = {
  jwksUri: { read: keyUrl, doc: 'where the key set is fetched' },
  jwksFile: { read: located(nonEmptyText), doc: 'a key set in a file beside this one' },
  jwks: { read: located((at) => at.tree), doc: 'a key set written here' },
  discovery: later('OpenID discovery'),
} as const satisfies Fields;

export const PLACE_FIELDS = {
  header: { read: header, doc: 'a request header' },
  prefix: {
    read: text,
    doc: 'what stands before the token in the header; default `Bearer ` in authorization',
  },
  query: { read: nonEmptyText, doc: 'a query parameter' },
  cookie: { read: nonEmptyText, doc: 'a cookie' },
} as const satisfies Fields;

export const ISSUER_FIELDS = {
  issuer: { read: nonEmptyText, doc: 'the `iss` claim, compared exactly', required: true },
  audiences: { read: someOf(nonEmptyText), doc: 'at least one must be in `aud`' },
  anyAudience: { read: boolean, doc: 'true: `aud` is not looked at' },
  algorithms: {
    read: someOf(located(readAlgorithm)),
    like: someOf(oneOf(Object.keys(ALGORITHMS))),
    doc: 'accepted algorithms; default RS256, PS256, ES256, EdDSA',
  },
  keys: { read: readKeys, like: mapping(KEYS_FIELDS), doc: 'exactly one source of keys', required: true },
  refresh: { read: mapping(REFRESH_FIELDS), doc: 'how keys from a URL are kept fresh' },
  from: {
    read: someOf(readPlace),
    like: someOf(mapping(PLACE_FIELDS)),
    doc: 'where the token stands; default the Authorization header’s Bearer',
  },
  clockSkew: { read: duration(), doc: 'between the issuer’s clock and ours; default 30s' },
  maxAge: { read: duration(1), doc: 'refuse tokens issued longer ago' },
  requireExpiry: { read: boolean, doc: 'false: `exp` may be absent; default true' },
  requireClaims: { read: list(nonEmptyText), doc: 'claims that must be there' },
  types: { read: someOf(nonEmptyText), doc: 'accepted `typ` headers; default none, `JWT`, `at+jwt`' },
  scopesClaim: { read: nonEmptyText, doc: 'space-separated text or list; default `scope`' },
} as const satisfies Fields;

export type IssuerSpec = Read<typeof ISSUER_FIELDS>;

export const readIssuerSpec: Reader<IssuerSpec> = (at) => {
  const spec = mapping(ISSUER_FIELDS)(at);
  if (spec === undefined) return undefined;
  const anyAudience = spec.anyAudience === true;
  if (anyAudience)
    misplaced(at, 'audiences', 'this means nothing beside `anyAudience: true`', 'keep one of them');
  else if (lacks(at, 'audiences')) {
    report(
      at,
      'missing_field',
      'the field `audiences` is missing',
      'a token for any audience needs `anyAudience: true`',
      at.key,
    );
  }
  const keys = child(at, 'keys');
  if (keys !== undefined && child(keys, 'jwksUri') !== undefined) {
    for (const { value, at: place } of spec.algorithms ?? []) {
      if (!algorithmProperties(value)?.symmetric) continue;
      const message = `\`${value}\` needs a secret, which no key set at a URL may hold`;
      report(place, 'invalid_algorithm', message, 'leave it out, or give the secret in `jwks`');
    }
  } else if (keys !== undefined) {
    misplaced(
      at,
      'refresh',
      'this belongs to keys from a `jwksUri`',
      'leave it out: only keys behind `jwksUri` are fetched',
    );
  }
  return spec;
};

/** What the keys of a URL are fetched with, the defaults filled in. */
export function refreshOf({ refresh }: IssuerSpec): Refresh {
  return {
    interval: refresh?.interval ?? 300 * SECOND,
    cooldown: refresh?.cooldown ?? 30 * SECOND,
    timeout: refresh?.timeout ?? 2 * SECOND,
    maxStale: refresh?.maxStale ?? 24 * 3600 * SECOND,
  };
}

function readKeys(at: Cursor): Read<typeof KEYS_FIELDS> | undefined {
  if (at.tree.kind === 'mapping') exactlyOne(at, ['jwksUri', 'jwksFile', 'jwks', 'discovery']);
  return mapping(KEYS_FIELDS)(at);
}

function readPlace(at: Cursor): TokenPlace | undefined {
  const place = mapping(PLACE_FIELDS)(at);
  if (place === undefined) return undefined;
  exactlyOne(at, ['header', 'query', 'cookie']);
  if (place.header === undefined) misplaced(at, 'prefix', 'this belongs to a `header`', 'leave it out');
  if (place.header !== undefined) {
    const usual = place.header === 'authorization' ? 'Bearer ' : '';
    return { header: place.header, prefix: place.prefix ?? usual };
  }
  if (place.query !== undefined) return { query: place.query };
  return place.cookie === undefined ? undefined : { cookie: place.cookie };
}

function readAlgorithm(at: Cursor): Algorithm | undefined {
  const value = text(at);
  if (value === undefined || isAlgorithm(value)) return value;
  if (value.toLowerCase() === 'none') {
    return report(at, 'invalid_algorithm', 'a token without a signature is never accepted', 'leave it out');
  }
  return report(
    at,
    'invalid_algorithm',
    `unknown algorithm \`${value}\``,
    suggestion(value, Object.keys(ALGORITHMS)),
  );
}
