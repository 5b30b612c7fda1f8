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
  mapping,
  misplaced,
  oneOf,
  planned,
  type Read,
  suggestion,
} from './fields.ts';
import { boolean, child, lacks, list, located, nonEmptyText, report, someOf, text } from './reader.ts';
import type { Reader } from './shape.ts';
import { duration, header, keyUrl } from './values.ts';

const SECOND = 1000;

const REFRESH_FIELDS = {
  interval: { read: duration(SECOND), doc: 'time between fetches; default 5m' },
  cooldown: {
    read: duration(),
    doc: 'shortest time between fetches that an unknown `kid` causes; default 30s',
  },
  timeout: { read: duration(1), doc: 'timeout of one fetch; default 2s' },
  maxStale: { read: duration(), doc: 'time that keys are used after the last successful fetch; default 24h' },
} as const satisfies Fields;

const KEYS_FIELDS = {
  jwksUri: { read: keyUrl, doc: 'the URL of the key set' },
  jwksFile: { read: located(nonEmptyText), doc: 'a file with the key set, relative to this file' },
  jwks: { read: located((at) => at.tree), doc: 'the key set itself, inline' },
  discovery: planned('OpenID discovery'),
} as const satisfies Fields;

const PLACE_FIELDS = {
  header: { read: header, doc: 'a request header' },
  prefix: {
    read: text,
    doc: 'the text before the token in the header; default `Bearer ` for `authorization`, else empty',
  },
  query: { read: nonEmptyText, doc: 'a query parameter' },
  cookie: { read: nonEmptyText, doc: 'a cookie' },
} as const satisfies Fields;

export const ISSUER_FIELDS = {
  issuer: { read: nonEmptyText, doc: 'the `iss` claim, compared exactly', required: true },
  audiences: { read: someOf(nonEmptyText), doc: 'accepted audiences; `aud` must have at least one of them' },
  anyAudience: { read: boolean, doc: '`true`: `aud` is not checked' },
  algorithms: {
    read: someOf(located(readAlgorithm)),
    like: someOf(oneOf(Object.keys(ALGORITHMS))),
    doc: 'accepted signature algorithms; default RS256, PS256, ES256, EdDSA',
  },
  keys: {
    read: readKeys,
    like: mapping(KEYS_FIELDS),
    doc: 'the source of the keys, exactly one',
    required: true,
  },
  refresh: { read: mapping(REFRESH_FIELDS), doc: 'times for fetching keys from a URL' },
  from: {
    read: someOf(readPlace),
    like: someOf(mapping(PLACE_FIELDS)),
    doc: 'the places of the token in a request; default: the Authorization header, after `Bearer `',
  },
  clockSkew: {
    read: duration(),
    doc: 'accepted difference between the clocks of the issuer and of Lictor; default 30s',
  },
  maxAge: { read: duration(1), doc: 'longest accepted time since a token was issued' },
  requireExpiry: { read: boolean, doc: '`false`: `exp` may be absent; default `true`' },
  requireClaims: { read: list(nonEmptyText), doc: 'claims that a token must have' },
  types: { read: someOf(nonEmptyText), doc: 'accepted `typ` headers; default: absent, `JWT` or `at+jwt`' },
  scopesClaim: {
    read: nonEmptyText,
    doc: 'the claim with the scopes, as space-separated text or a list; default `scope`',
  },
} as const satisfies Fields;

export type IssuerSpec = Read<typeof ISSUER_FIELDS>;

export const readIssuerSpec: Reader<IssuerSpec> = (at) => {
  const spec = mapping(ISSUER_FIELDS)(at);
  if (spec === undefined) return undefined;
  const anyAudience = spec.anyAudience === true;
  if (anyAudience)
    misplaced(at, 'audiences', '`audiences` has no effect with `anyAudience: true`', 'remove one of them');
  else if (lacks(at, 'audiences')) {
    report(
      at,
      'missing_field',
      'the field `audiences` is missing',
      'name the accepted audiences, or accept any with `anyAudience: true`',
      at.key,
    );
  }
  const keys = child(at, 'keys');
  if (keys !== undefined && child(keys, 'jwksUri') !== undefined) {
    for (const { value, at: place } of spec.algorithms ?? []) {
      if (!algorithmProperties(value)?.symmetric) continue;
      const message = `\`${value}\` needs a secret key, which a key set from a URL must not contain`;
      report(place, 'invalid_algorithm', message, 'remove it, or write the secret key in `jwks`');
    }
  } else if (keys !== undefined) {
    misplaced(
      at,
      'refresh',
      '`refresh` applies only to keys from a `jwksUri`',
      'remove it: only keys from a `jwksUri` are fetched',
    );
  }
  return spec;
};

/** The times for fetching keys, in milliseconds, with all defaults. */
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
  if (place.header === undefined)
    misplaced(at, 'prefix', '`prefix` applies only to a `header`', 'remove it, or name a `header`');
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
    return report(at, 'invalid_algorithm', 'tokens without a signature are never accepted', 'remove it');
  }
  return report(
    at,
    'invalid_algorithm',
    `unknown algorithm \`${value}\``,
    suggestion(value, Object.keys(ALGORITHMS)),
  );
}
