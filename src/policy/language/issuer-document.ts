import {
  ALGORITHMS,
  type Algorithm,
  algorithmProperties,
  isAlgorithm,
} from '../../engine/identity/algorithms.ts';
import type { Refresh, TokenPlace } from '../../engine/identity/issuer.ts';
import { keyUrlProblem } from '../../engine/identity/key-url.ts';
import { SPIFFE_SCHEME } from '../../engine/identity/spiffe.ts';
import type { Cursor } from '../yaml/tree.ts';
import { claimDocuments } from './caller-document.ts';
import {
  exactlyOne,
  type Fields,
  mapping,
  misplaced,
  misspells,
  oneOf,
  type Read,
  suggestion,
  unknownIn,
} from './fields.ts';
import { inPlace } from './inline.ts';
import { issuerHelp, keysHelp, placeHelp, requiredClaimsHelp, rolesPathOf } from './issuer-hints.ts';
import { otherForm, PRESET_NAMES, presetOf } from './issuer-presets.ts';
import { reportTenants, TENANT, tenantList, trustDomain } from './issuer-tenants.ts';
import { boolean, child, lacks, list, located, nonEmptyText, report, someOf, text } from './reader.ts';
import { type Reader, shaped } from './shape.ts';
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

const ONLY_TRUE = shaped<never>(() => undefined, { kind: 'value', schema: { enum: [true] } });

const KEYS_FIELDS = {
  jwksUri: { read: keyUrl, doc: 'the URL of the key set' },
  jwksFile: { read: located(nonEmptyText), doc: 'a file with the key set, relative to this file' },
  jwks: { read: located((at) => at.tree), doc: 'the key set itself, inline' },
  discovery: {
    read: located(boolean),
    like: ONLY_TRUE,
    doc: '`true`: the OpenID configuration of the `issuer` says where the key set is',
  },
} as const satisfies Fields;

/** Fields of `keys` for keys that are fetched. */
const FETCHED = ['jwksUri', 'discovery'] as const;

const KEY_SOURCES = Object.keys(KEYS_FIELDS);

const PLACE_FIELDS = {
  header: { read: header, doc: 'a request header' },
  prefix: {
    read: text,
    doc: 'the text before the token in the header; default `Bearer ` for `authorization`, else empty',
  },
  listPrefix: {
    read: nonEmptyText,
    doc: 'the text before the token in an item of a list, such as `bearer.` in `sec-websocket-protocol`; other items are ignored',
  },
  query: { read: nonEmptyText, doc: 'a query parameter' },
  cookie: { read: nonEmptyText, doc: 'a cookie' },
} as const satisfies Fields;

export const ISSUER_FIELDS = {
  preset: {
    read: oneOf(PRESET_NAMES),
    doc: 'the provider of the tokens: defaults for the fields that are not written',
  },
  issuer: {
    read: nonEmptyText,
    doc: 'the `iss` claim, compared exactly; `{tenant}` in it stands for each of the `tenants`',
    required: true,
    unless: ['preset', 'trustDomain'],
  },
  tenants: {
    read: tenantList,
    doc: 'the tenants whose tokens are accepted, with `{tenant}` in `issuer`: names, or `{data: NAME}`',
  },
  trustDomain: {
    read: trustDomain,
    doc: 'the trust domain of the SPIFFE ID that `sub` must be, for JWT-SVIDs; `iss` may be absent then',
  },
  audiences: {
    read: someOf(nonEmptyText),
    doc: 'accepted audiences; a token must have at least one of them',
  },
  audienceClaim: { read: nonEmptyText, doc: 'the claim with the audiences, text or a list; default `aud`' },
  anyAudience: { read: boolean, doc: '`true`: the audience is not checked' },
  algorithms: {
    read: someOf(located(readAlgorithm)),
    like: someOf(oneOf(Object.keys(ALGORITHMS))),
    doc: 'accepted signature algorithms; default RS256, PS256, ES256, EdDSA',
  },
  keys: {
    read: readKeys,
    like: mapping(KEYS_FIELDS),
    doc: 'the source of the keys, exactly one; a preset has its own',
    required: true,
    unless: ['preset'],
  },
  refresh: { read: mapping(REFRESH_FIELDS), doc: 'times for fetching keys from a URL' },
  from: {
    read: someOf(readPlace),
    like: someOf(mapping(PLACE_FIELDS)),
    doc: 'the places of the token in a request; default: the Authorization header, after `Bearer `',
  },
  paddedBase64: {
    read: boolean,
    doc: '`true`: tokens may have the padding of base64 (`=`), as those of AWS load balancers; default `false`',
  },
  forward: {
    read: boolean,
    doc: '`false`: the token is removed before the request reaches the service; default `true`',
  },
  clockSkew: {
    read: duration(),
    doc: 'accepted difference between the clocks of the issuer and of Lictor; default 30s',
  },
  maxAge: { read: duration(1), doc: 'longest accepted time since a token was issued' },
  requireExpiry: { read: boolean, doc: '`false`: `exp` may be absent; default `true`' },
  requireClaims: {
    read: readRequiredClaims,
    like: list(nonEmptyText),
    doc: 'claims that a token must have',
  },
  claims: {
    read: claimDocuments,
    doc: 'claims that a token must have with certain values, as in `from`',
  },
  types: { read: someOf(nonEmptyText), doc: 'accepted `typ` headers; default: absent, `JWT` or `at+jwt`' },
  scopesClaim: {
    read: nonEmptyText,
    doc: 'the claim with the scopes, as space-separated text or a list; default `scope`',
  },
  rolesPath: {
    read: readRolesPath,
    like: someOf(nonEmptyText),
    doc: 'the names of nested claims that lead to the roles, text or a list of texts, for `jwt.roles` and `roles`',
  },
} as const satisfies Fields;

export type IssuerSpec = Read<typeof ISSUER_FIELDS>;

const readFields = mapping(ISSUER_FIELDS, issuerHelp);

export const readIssuerSpec: Reader<IssuerSpec> = (at) => {
  const spec = readFields(at);
  if (spec === undefined) return undefined;
  const anyAudience = spec.anyAudience === true;
  if (anyAudience)
    misplaced(at, 'audiences', '`audiences` has no effect with `anyAudience: true`', 'remove one of them');
  else if (lacks(at, 'audiences') && !misspells(unknownIn(at, ISSUER_FIELDS), ISSUER_FIELDS, 'audiences')) {
    report(
      at,
      'missing_field',
      'the field `audiences` is missing',
      'name the accepted audiences, or accept any with `anyAudience: true`',
      at.key,
    );
  }
  reportTenants(at, spec);
  const keys = child(at, 'keys');
  if (keys === undefined) reportUnderivedKeys(at, spec);
  // A source beside `keys` is reported there.
  else if (keys.tree.kind === 'mapping' && lacks(at, ...KEY_SOURCES))
    exactlyOne(keys, KEY_SOURCES, KEYS_FIELDS);
  const isOff = spec.keys?.discovery?.value === false;
  if (isOff)
    report(spec.keys.discovery.at, 'wrong_type', 'the only value of `discovery` is `true`', 'remove it');
  if (keys === undefined || FETCHED.some((field) => child(keys, field) !== undefined)) {
    for (const { value, at: place } of spec.algorithms ?? []) {
      if (!algorithmProperties(value)?.symmetric) continue;
      const message = `\`${value}\` needs a secret key, which a key set from a URL must not contain`;
      report(place, 'invalid_algorithm', message, 'remove it, or write the secret key in `jwks`');
    }
  } else {
    misplaced(
      at,
      'refresh',
      '`refresh` applies only to keys from a `jwksUri` or by `discovery`',
      'remove it: only those keys are fetched',
    );
  }
  return spec;
};

/** Reports a preset that cannot fill in what the document lacks. */
function reportUnderivedKeys(at: Cursor, spec: Read<typeof ISSUER_FIELDS>): void {
  const preset = child(at, 'preset');
  if (preset === undefined || spec.preset === undefined) return;
  const { issuer, jwksUri } = presetOf(spec.preset, issuerOf(spec));
  // Another placeholder is reported.
  if (issuer?.includes('{') === true && !issuer.includes(TENANT)) return;
  if (issuer === undefined) {
    if (!lacks(at, 'issuer', 'trustDomain')) return;
    const message = `the field \`issuer\` is missing, and the preset \`${spec.preset}\` has none`;
    report(at, 'missing_field', message, `\`issuer\`: ${ISSUER_FIELDS.issuer.doc}`, preset.key);
    return;
  }
  const problem = jwksUri === undefined ? undefined : keyUrlProblem(jwksUri);
  if (jwksUri !== undefined && problem === undefined) return;
  const why = problem === undefined ? '' : `: ${problem}`;
  const message = `the preset \`${spec.preset}\` has no key URL for this \`issuer\`${why}`;
  const near = issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`;
  const shown = otherForm(spec.preset, issuer)?.shown;
  const form = shown === undefined ? '' : `, which is \`${shown}\` or the like`;
  const written = child(at, 'issuer');
  const isNear = jwksUri === undefined && presetOf(spec.preset, near).jwksUri !== undefined;
  const help =
    isNear && written !== undefined
      ? inPlace(written, near)
      : `correct the \`issuer\`${form}, or write the key URL: \`keys: {jwksUri: ...}\``;
  report(written ?? preset, 'missing_field', message, help);
}

/** The `issuer` of a document: for one with a trust domain alone, the SPIFFE ID of that. */
export function issuerOf({ issuer, trustDomain: domain }: IssuerSpec): string | undefined {
  return issuer ?? (domain === undefined ? undefined : `${SPIFFE_SCHEME}${domain}`);
}

/** Reads the names of claims. */
function readRequiredClaims(at: Cursor): readonly string[] | undefined {
  if (at.tree.kind !== 'mapping') return list(nonEmptyText)(at);
  return report(at, 'wrong_type', 'expected a list, found a mapping', requiredClaimsHelp(at));
}

/** Reads the names of nested claims. */
function readRolesPath(at: Cursor): readonly string[] | undefined {
  const { tree } = at;
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string' || tree.value === '')
    return someOf(nonEmptyText)(at);
  const list = rolesPathOf(tree.value);
  const help = { help: `write each name by itself: \`${list}\``, edit: { ...tree.range, text: list } };
  return report(at, 'wrong_type', 'expected a list, found text', help);
}

/** The times for fetching keys, in milliseconds, with all defaults. */
export function refreshOf({ refresh }: IssuerSpec): Refresh {
  return {
    interval: refresh?.interval ?? 300 * SECOND,
    cooldown: refresh?.cooldown ?? 30 * SECOND,
    timeout: refresh?.timeout ?? 2 * SECOND,
    maxStale: refresh?.maxStale ?? 24 * 3600 * SECOND,
  };
}

const readKeyFields = mapping(KEYS_FIELDS, keysHelp, ({ tree }) => {
  const text = tree.kind === 'scalar' ? String(tree.value) : '';
  return /^https?:\/\//i.test(text) ? 'jwksUri' : 'jwksFile';
});

function readKeys(at: Cursor): Read<typeof KEYS_FIELDS> | undefined {
  return readKeyFields(at);
}

function readPlace(at: Cursor): TokenPlace | undefined {
  const help = placeHelp(at);
  if (help !== undefined) return report(at, 'wrong_type', 'expected a mapping, found text', help);
  const place = mapping(PLACE_FIELDS)(at);
  if (place === undefined) return undefined;
  exactlyOne(at, ['header', 'query', 'cookie']);
  if (place.header === undefined) {
    for (const field of ['prefix', 'listPrefix'])
      misplaced(at, field, `\`${field}\` applies only to a \`header\``, 'remove it, or name a `header`');
  }
  if (place.header !== undefined && place.listPrefix !== undefined) {
    misplaced(at, 'prefix', '`prefix` has no effect with `listPrefix`', 'remove one of them');
    return { header: place.header, prefix: place.listPrefix, isList: true };
  }
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
