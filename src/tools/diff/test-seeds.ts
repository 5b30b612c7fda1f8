import type { JsonValue } from '../../engine/request/attributes.ts';
import { parseJson } from '../../engine/request/json.ts';
import { jsonText } from '../../engine/request/json-value.ts';
import type { TestCase } from '../../policy/compile/policy-test.ts';
import type { Candidate, Part } from './candidate.ts';
import { type Field, keyOf } from './field.ts';
import type { Version } from './version.ts';

/** Most requests of tests from which a search starts. */
const MOST_SEEDS = 300;

/**
 * The requests of the tests of a version as candidates: requests of which an author knows that they pass schemas, as no
 * literal shows. Those with a certificate, with a token that is sent as it is, or with a query string are left out.
 */
export function seedsOf({ tests, set }: Version): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  for (const each of tests.flatMap(({ cases }) => cases)) {
    const { caller, request } = each;
    if (caller.certificate !== undefined || caller.token !== undefined || request.path.includes('?'))
      continue;
    const scopesClaim = set.issuers.get(caller.jwt?.issuer ?? '')?.scopesClaim ?? '';
    const parts = new Map(partsOf(each, scopesClaim).map((part) => [keyOf(part.field), part]));
    const { method, host, path } = request;
    const candidate = { route: { method, host, path }, parts };
    const texts = [...parts.values()].map(({ field, value }) => `${keyOf(field)} ${jsonText(value)}`);
    found.set(JSON.stringify([candidate.route, texts]), candidate);
    if (found.size >= MOST_SEEDS) break;
  }
  return [...found.values()];
}

function partsOf({ caller, request }: TestCase, scopesClaim: string): readonly Part[] {
  const part = (kind: Field['kind'], value: JsonValue, ...path: readonly string[]): Part => ({
    field: { kind, path },
    value,
  });
  const { principal, jwt } = caller;
  const { value: body } =
    request.body === undefined ? {} : parseJson(new TextDecoder().decode(request.body.bytes));
  const claims = Object.entries(jwt?.claims ?? {}).filter(([, value]) => value !== null);
  return [
    ...(principal === '' ? [] : [part('principal', principal)]),
    ...(jwt === undefined ? [] : [part('issuer', jwt.issuer)]),
    ...claims.map(([name, value]) =>
      name === scopesClaim && typeof value === 'string'
        ? part('scopes', value.split(' '))
        : part('claim', value, name),
    ),
    ...[...request.headers].map(([name, values]) => part('header', values.join(', '), name)),
    ...(body === undefined ? [] : [part('body', body)]),
  ];
}
