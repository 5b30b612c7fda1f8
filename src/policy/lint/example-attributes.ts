import {
  checkClaims,
  checkHeader,
  checkTimes,
  timesOf,
  verifiedToken,
} from '../../engine/identity/claims.ts';
import type { Jwt } from '../../engine/identity/jwt.ts';
import { findToken, selectIssuer, type TokenVerifier } from '../../engine/identity/token.ts';
import type { Attributes, Peer } from '../../engine/request/attributes.ts';
import { usualClaims } from '../compile/usual-claims.ts';
import type { Example, ExampleToken } from './example.ts';

/** Stands for the signed token of an example. */
const TOKEN = 'token.of.example';

/** The attributes of the request of an example. */
export function attributesOf({ method, host, path, caller, token }: Example): Attributes {
  const forwarded = caller?.via === 'xfcc' ? [[XFCC, xfccOf(caller.principal)] as const] : [];
  const principal = caller?.via === 'connection' ? caller.principal : '';
  const sent = token && tokenIn(token);
  const headers = [...forwarded, ...(sent?.header === undefined ? [] : [sent.header])];
  return {
    request: {
      id: '',
      method,
      path: sent?.query === undefined ? path : `${path}?${sent.query}`,
      host,
      scheme: 'https',
      protocol: 'HTTP/2',
      time: undefined,
      size: 0,
      headers: new Map(headers),
      headerForm: { isJoined: false, repeated: new Map(), unusual: [], hasOverride: false },
      body: { bytes: new Uint8Array(), defect: undefined },
    },
    source: { ...NO_PEER, address: CALLER_ADDRESS, principal },
    destination: NO_PEER,
    connection: { requestedServerName: '', mtls: principal !== '' },
    context: new Map(),
    metadata: new Map(),
    routeMetadata: new Map(),
  };
}

const XFCC = 'x-forwarded-client-cert';
/** Reserved for documentation (RFC 5737), as in tests of policies. */
const CALLER_ADDRESS = '192.0.2.1';
const NO_PEER: Peer = {
  address: '',
  port: 0,
  principal: '',
  service: '',
  labels: new Map(),
  certificate: '',
};

/** As Envoy writes the certificate of a caller with this principal. */
function xfccOf(principal: string): string {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(principal)) return `URI=${principal}`;
  return principal.includes('=') ? `Subject="${principal}"` : `DNS=${principal}`;
}

/** The token in the first place of its issuer. */
function tokenIn({ issuer }: ExampleToken): {
  readonly header?: readonly [string, string];
  readonly query?: string;
} {
  const [place] = issuer.from;
  if (place === undefined) return {};
  if ('query' in place) return { query: `${place.query}=${TOKEN}` };
  if ('cookie' in place) return { header: ['cookie', `${place.cookie}=${TOKEN}`] };
  if (place.isList === true) return { header: [place.header.toLowerCase(), place.prefix + TOKEN] };
  const prefix = place.prefix.trimEnd();
  return { header: [place.header.toLowerCase(), prefix === '' ? TOKEN : `${prefix} ${TOKEN}`] };
}

/** A verifier that takes the token of an example as signed by its issuer, and checks everything else of it. */
export function verifierOf({ token }: Example, now: number): TokenVerifier {
  const jwt = token && jwtOf(token, now);
  return {
    verify(attributes, issuers) {
      const found = findToken(attributes, issuers);
      if (found.denial !== undefined) return found;
      if (jwt === undefined) throw new Error('a token was found in an example without one');
      const selected = selectIssuer(jwt, found, issuers);
      if (selected.denial !== undefined) return { denial: selected.denial };
      const { issuer } = selected;
      const denial =
        checkHeader(jwt, issuer) ?? checkTimes(timesOf(jwt), issuer, now) ?? checkClaims(jwt, issuer);
      return denial === undefined ? { token: verifiedToken(jwt, issuer) } : { denial };
    },
  };
}

function jwtOf({ issuer, claims }: ExampleToken, now: number): Jwt {
  const typ = issuer.types?.[0];
  const alg = issuer.algorithms[0] ?? '';
  const usual = usualClaims(issuer, 'example', now);
  return {
    header: { alg, ...(typ === undefined ? {} : { typ }) },
    claims: { ...usual, ...claims },
    alg,
    kid: undefined,
    typ,
    iss: typeof usual['iss'] === 'string' ? usual['iss'] : undefined,
    trustDomain: issuer.trustDomain,
    isPadded: false,
  };
}
