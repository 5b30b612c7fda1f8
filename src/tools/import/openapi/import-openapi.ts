import type { JsonValue } from '../../../engine/request/attributes.ts';
import { UniqueNames } from '../../../engine/schema/unique-names.ts';
import { quote } from '../cel-text.ts';
import { type Imported, type ImportedDocument, Remarked, type Written } from '../imported.ts';
import { labelOf, member, textOf } from '../json-reads.ts';
import { shortMatch } from '../short-match.ts';
import {
  type OpenApiDocument,
  type Operation,
  type OperationRule,
  problemOfSecurity,
  type Requirement,
  readOpenApi,
  type SecurityScheme,
} from './openapi-document.ts';
import { openApiTest } from './openapi-test.ts';
import { isPartOf, isPath, isWidened, patternOf, regexOf } from './path-pattern.ts';

/** A policy with a rule for each operation of an OpenAPI 3 document, its issuers, and a test of each rule. */
export function importOpenApi(documents: readonly JsonValue[]): Imported {
  const [first, ...more] = documents;
  if (more.length > 0 || first === undefined) return { problem: 'has no document, or more than one' };
  const version = textOf(member(first, 'openapi'));
  if (!version.startsWith('3.')) return { problem: 'is not an OpenAPI 3 document' };
  const problem = problemOfSecurity(first);
  if (problem !== undefined) return { problem };
  const read = readOpenApi(first);
  const document = { ...read, operations: read.operations.filter(({ path }) => isPath(path)) };
  const { operations, schemes, title } = document;
  if (operations.length === 0) return { problem: 'has no operations' };
  const used = new Set(operations.flatMap(({ security }) => security.flatMap((each) => [...each.keys()])));
  const issuers = [...schemes.values()].filter(({ name, kind }) => kind === 'token' && used.has(name));
  const names = new UniqueNames();
  const issuerNames = new Map(
    issuers.map((scheme) => [scheme.name, names.take(labelOf(scheme.name, 'issuer'))]),
  );
  const rules = rulesOf(document);
  const host = document.hosts[0] ?? NO_HOST;
  const written = policyOf(document, rules, issuerNames);
  const policy = { ...written, remarks: [...written.remarks, ...leftOut(read)] };
  return {
    documents: [
      policy,
      ...issuers.map((scheme) => issuerOf(scheme, issuerNames.get(scheme.name) ?? scheme.name)),
      openApiTest(labelOf(title, 'api'), host, rules, { schemes, issuerNames }),
    ],
  };
}

/** Remarks on paths without rules, which are denied. */
function leftOut({ operations, references }: OpenApiDocument): readonly string[] {
  const odd = operations.map(({ path }) => path).filter((path) => !isPath(path));
  return [
    ...[...new Set(odd)].map(
      (path) => `The path \`${path}\` was left out: no request has it as it is written.`,
    ),
    ...references.map((path) => `The path \`${path}\` was left out: it is written in another document.`),
  ];
}

/** Host of a document that names none. */
const NO_HOST = 'api.example';

function rulesOf({ operations, schemes }: OpenApiDocument): readonly OperationRule[] {
  const names = new UniqueNames();
  return operations.map((operation) => ({
    name: names.take(operation.name),
    operation,
    path: patternOf(operation.path),
    requirement: operation.security.find((each) =>
      [...each.keys()].every((name) => isChecked(schemes.get(name))),
    ),
  }));
}

function isChecked(scheme: SecurityScheme | undefined): boolean {
  return scheme !== undefined && scheme.kind !== 'other';
}

function policyOf(
  { title, hosts, schemes }: OpenApiDocument,
  rules: readonly OperationRule[],
  issuerNames: ReadonlyMap<string, string>,
): ImportedDocument {
  const allowed = rules.filter(({ requirement }) => requirement !== undefined);
  const denied = rules.filter(({ requirement }) => requirement === undefined);
  const kinds = (kind: SecurityScheme['kind']) => (each: OperationRule) =>
    each.operation.security.every((one) => [...one.keys()].some((name) => schemes.get(name)?.kind === kind));
  const jwt =
    issuerNames.size === 0
      ? undefined
      : { issuers: [...issuerNames.values()], required: allowed.every(kinds('token')) ? undefined : false };
  const mtls = allowed.length > 0 && allowed.every(kinds('mtls')) ? ANY_PEER : undefined;
  return {
    kind: 'Policy',
    name: labelOf(title, 'api'),
    description: `Operations of ${title}`,
    remarks: [
      ...(hosts.length === 0 ? [`The document names no host: replace \`${NO_HOST}\`.`] : []),
      'A skeleton: name who may call by `authenticate.mtls`, and check bodies by `schemas`.',
      ...denied.map(({ operation }) => deniedRemark(operation, schemes)),
    ],
    spec: {
      match: [{ hosts: hosts.length === 0 ? [NO_HOST] : hosts }],
      authenticate: jwt === undefined && mtls === undefined ? undefined : { mtls, jwt },
      rules: allowed.map((rule) => writeRule(rule, rules, { schemes, issuerNames })),
    },
  };
}

const ANY_PEER = new Remarked(['Every peer with a certificate: name them with `principals`.'], {});

function deniedRemark({ method, path, security }: Operation, schemes: OpenApiDocument['schemes']): string {
  const types = [...new Set(security.flatMap((each) => [...each.keys()]))].map(
    (name) => `${name} (${schemes.get(name)?.type ?? 'not defined'})`,
  );
  return `\`${method} ${path}\` has no rule and is denied: no equivalent for ${types.join(', ')}.`;
}

interface Tokens {
  readonly schemes: OpenApiDocument['schemes'];
  /** Names of Issuer documents by scheme. */
  readonly issuerNames: ReadonlyMap<string, string>;
}

function writeRule(rule: OperationRule, all: readonly OperationRule[], tokens: Tokens): Written {
  const { name, operation, path } = rule;
  const { method, security, isDeprecated } = operation;
  const from = callersOf(security, tokens);
  const when = from === undefined ? conditionOf(security, tokens) : undefined;
  const isOpen = from === undefined && when === undefined && security.some((each) => each.size === 0);
  const remarks = [
    ...(isDeprecated ? ['The operation is deprecated.'] : []),
    ...(isOpen ? ['lictor-ignore: open_allow the document asks for no credentials'] : []),
  ];
  const match = shortMatch({ methods: [method], paths: [path], when: pathCondition(rule, all) });
  return new Remarked(remarks, { allow: name, match: [match], from, when });
}

/** CEL that narrows a pattern to the paths of its operation, without those of other operations; undefined if it has no more. */
function pathCondition({ operation }: OperationRule, all: readonly OperationRule[]): string | undefined {
  const { method, path } = operation;
  const own = isWidened(path) ? [`request.url_path.matches(${quote(regexOf(path))})`] : [];
  const others = all
    .filter((each) => each.operation.method === method && isPartOf(each.operation.path, path))
    .map(({ operation: other }) =>
      other.path.includes('{')
        ? `!request.url_path.matches(${quote(regexOf(other.path))})`
        : `request.url_path != ${quote(other.path)}`,
    );
  return own.length + others.length === 0 ? undefined : [...own, ...others].join(' && ');
}

/** The requirements that can be checked as `from`; undefined if one of them is not a single scheme with tokens. */
function callersOf(security: readonly Requirement[], tokens: Tokens): readonly Written[] | undefined {
  const checked = checkedOf(security, tokens);
  const isOfTokens = checked.every(
    (each) => each.size === 1 && [...each.keys()].every((name) => tokens.schemes.get(name)?.kind === 'token'),
  );
  if (!isOfTokens) return undefined;
  // The Issuer is named where there are several, and where there is nothing else to name.
  return checked
    .flatMap((each) => [...each])
    .map(([name, scopes]) => ({
      issuers:
        tokens.issuerNames.size > 1 || scopes.length === 0
          ? [tokens.issuerNames.get(name) ?? name]
          : undefined,
      scopes: scopes.length === 0 ? undefined : scopes,
    }));
}

function checkedOf(security: readonly Requirement[], { schemes }: Tokens): readonly Requirement[] {
  return security.filter((each) => [...each.keys()].every((name) => isChecked(schemes.get(name))));
}

/** CEL of the requirements that can be checked; undefined if one of them asks for nothing. */
function conditionOf(security: readonly Requirement[], tokens: Tokens): string | undefined {
  const alternatives = checkedOf(security, tokens).map((requirement) =>
    [...requirement].flatMap(([name, scopes]) => partsOf(name, scopes, tokens)),
  );
  if (alternatives.some((parts) => parts.length === 0)) return undefined;
  const joined = [...new Set(alternatives.map((parts) => parts.join(' && ')))];
  return joined.length === 1
    ? joined[0]
    : joined.map((each) => (each.includes(' && ') ? `(${each})` : each)).join(' || ');
}

function partsOf(
  name: string,
  scopes: readonly string[],
  { schemes, issuerNames }: Tokens,
): readonly string[] {
  const scheme = schemes.get(name);
  if (scheme?.kind !== 'token') return ['connection.mtls'];
  const issuer = issuerNames.size > 1 ? [`jwt.issuer == ${quote(issuerUrl(scheme))}`] : [];
  const parts = [...issuer, ...scopes.map((scope) => `${quote(scope)} in jwt.scopes`)];
  return parts.length === 0 ? ['jwt.present'] : parts;
}

/** Issuer of the tokens of a scheme; a placeholder if the document does not tell it. */
function issuerUrl({ issuer, name }: SecurityScheme): string {
  return issuer.startsWith('https://') ? issuer : `https://login.example/${encodeURIComponent(name)}`;
}

function issuerOf(scheme: SecurityScheme, name: string): ImportedDocument {
  const issuer = issuerUrl(scheme);
  return {
    kind: 'Issuer',
    name,
    remarks: [scheme.remark, 'Tokens for other services are accepted too: name yours with `audiences`.'],
    spec: {
      issuer,
      anyAudience: true,
      keys: scheme.isDiscovered
        ? { discovery: true }
        : { jwksUri: `${issuer.replace(/\/$/, '')}/.well-known/jwks.json` },
    },
  };
}
