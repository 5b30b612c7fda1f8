import { discoveryProblem } from '../../../engine/identity/key-url.ts';
import type { JsonValue } from '../../../engine/request/attributes.ts';
import { parseJson } from '../../../engine/request/json.ts';
import { UniqueNames } from '../../../engine/schema/unique-names.ts';
import { type ImportedDocument, Remarked, type Written } from '../imported.ts';
import { labelOf, listOf, member, textOf, textsOf, unknownMembers } from '../json-reads.ts';
import type { IstioDocument } from './istio-documents.ts';

/** An Issuer document, and the documents of Istio that accept its tokens. */
export interface ImportedIssuer {
  readonly document: ImportedDocument;
  readonly issuer: string;
  /** The first audience; empty if tokens need none. */
  readonly audience: string;
  readonly documents: readonly IstioDocument[];
}

/** The Issuers of all RequestAuthentications, each once. */
export function importIssuers(documents: readonly IstioDocument[]): readonly ImportedIssuer[] {
  const names = new UniqueNames();
  const issuers = new Map<string, ImportedIssuer>();
  for (const document of documents) {
    for (const rule of document.jwtRules) {
      const key = JSON.stringify(rule);
      const known = issuers.get(key);
      if (known === undefined) issuers.set(key, issuerOf(rule, document, names));
      else issuers.set(key, { ...known, documents: [...known.documents, document] });
    }
  }
  return [...issuers.values()];
}

const JWT_FIELDS = [
  'issuer',
  'audiences',
  'jwksUri',
  'jwks',
  'fromHeaders',
  'fromParams',
  'fromCookies',
  'forwardOriginalToken',
  'timeout',
];

function issuerOf(rule: JsonValue, document: IstioDocument, names: UniqueNames): ImportedIssuer {
  const issuer = textOf(member(rule, 'issuer'));
  const audiences = textsOf(member(rule, 'audiences'));
  const host = issuer.replace(/^https?:\/\//, '').replace(/[/:@].*$/, '');
  const from = placesOf(rule);
  const timeout = textOf(member(rule, 'timeout'));
  const remarks = unknownMembers(rule, JWT_FIELDS).map((name) => `\`${name}\` has no equivalent.`);
  const forwards = textOf(member(rule, 'forwardOriginalToken')) === 'true';
  return {
    issuer,
    audience: audiences[0] ?? '',
    documents: [document],
    document: {
      kind: 'Issuer',
      name: names.take(labelOf(host, 'issuer')),
      remarks,
      spec: {
        issuer,
        ...(audiences.length > 0 ? { audiences } : { anyAudience: ANY_AUDIENCE }),
        keys: keysOf(rule, issuer),
        refresh: /^\d+(?:ms|s|m)$/.test(timeout) ? { timeout } : undefined,
        from: from.length === 0 ? undefined : from,
        // By default, Istio removes the token from the request.
        forward: forwards ? undefined : false,
      },
    },
  };
}

const ANY_AUDIENCE = new Remarked(
  ['Tokens for other services are accepted too: name yours with `audiences`.'],
  true,
);

function keysOf(rule: JsonValue, issuer: string): Written {
  const jwks = textOf(member(rule, 'jwks'));
  const { value, fault } = parseJson(jwks);
  if (jwks !== '' && fault === undefined) return { jwks: value };
  const jwksUri = textOf(member(rule, 'jwksUri'));
  if (jwksUri !== '') return { jwksUri };
  if (discoveryProblem(issuer) === undefined) return { discovery: true };
  const found = `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
  return new Remarked(
    ['Istio finds the keys by OpenID discovery, for which this `issuer` is not a URL: check this address.'],
    {
      jwksUri: found.startsWith('https://')
        ? found
        : `https://${found.replace(/^(?:.*:\/\/)?(?:[^/]*@)?/, '')}`,
    },
  );
}

function placesOf(rule: JsonValue): readonly Written[] {
  const headers = listOf(member(rule, 'fromHeaders')).map((each) => ({
    header: textOf(member(each, 'name')).toLowerCase(),
    prefix: textOf(member(each, 'prefix')) || undefined,
  }));
  const query = textsOf(member(rule, 'fromParams')).map((name) => ({ query: name }));
  const cookies = textsOf(member(rule, 'fromCookies')).map((name) => ({ cookie: name }));
  return [...headers, ...query, ...cookies];
}
