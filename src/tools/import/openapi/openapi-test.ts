import type { ImportedDocument, Written } from '../imported.ts';
import type { OpenApiDocument, OperationRule, Requirement } from './openapi-document.ts';
import { sampleOf } from './path-pattern.ts';

interface Issuers {
  readonly schemes: OpenApiDocument['schemes'];
  readonly issuerNames: ReadonlyMap<string, string>;
}

/** Principal of callers of operations that ask for a certificate. */
const PEER = 'spiffe://example.org/ns/sample/sa/client';

/** A test of each operation: with the credentials of the document, and without any. */
export function openApiTest(
  name: string,
  host: string,
  rules: readonly OperationRule[],
  issuers: Issuers,
): ImportedDocument {
  const callers = new Map<string, string>();
  const callerFor = (requirement: Requirement): string => {
    const caller = JSON.stringify(callerOf(requirement, issuers));
    const known = callers.get(caller) ?? (caller === '{}' ? 'nobody' : `client-${callers.size + 1}`);
    callers.set(caller, known);
    return known;
  };
  const nobody = callerFor(new Map());
  const cases = rules.flatMap(({ name: rule, operation, path, requirement }) => {
    const request = { method: operation.method, host, path: sampleOf(operation.path) };
    const isOpen = operation.security.some((each) => each.size === 0);
    const denied = { name: `${rule}: nobody`, caller: nobody, request, expect: { decision: 'deny' } };
    if (requirement === undefined) return [denied];
    const isOne =
      rules.filter((each) => each.path === path && each.operation.method === operation.method).length === 1;
    const expect = { decision: 'allow', rule: isOne ? `${name}/${rule}` : undefined };
    const allowed = { name: rule, caller: callerFor(requirement), request, expect };
    return isOpen ? [allowed] : [allowed, denied];
  });
  const unknown = { method: 'GET', host, path: '/not/an/operation/of/the/document' };
  return {
    kind: 'PolicyTest',
    name,
    description: 'Each operation with the credentials that the document asks for, and without',
    remarks: [],
    spec: {
      callers: Object.fromEntries(
        [...callers].map(([caller, each]) => [each, JSON.parse(caller) as Written]),
      ),
      cases: [
        ...cases,
        { name: 'another path', caller: nobody, request: unknown, expect: { decision: 'deny' } },
      ],
    },
  };
}

function callerOf(requirement: Requirement, { schemes, issuerNames }: Issuers): Written {
  const names = [...requirement.keys()];
  const token = names.find((name) => schemes.get(name)?.kind === 'token');
  const scopes = names.flatMap((name) => requirement.get(name) ?? []);
  return {
    principal: names.some((name) => schemes.get(name)?.kind === 'mtls') ? PEER : undefined,
    jwt:
      token === undefined
        ? undefined
        : {
            issuer: issuerNames.get(token) ?? token,
            claims: scopes.length === 0 ? undefined : { scope: scopes.join(' ') },
          },
  };
}
