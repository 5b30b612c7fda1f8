import type { Expected } from '../../cel/compile.ts';
import type { Program } from '../../cel/interpret/program.ts';
import { type Issuer, issuersOf } from '../../engine/identity/issuer.ts';
import { placeKey } from '../../engine/identity/token-place.ts';
import type { CallerCondition } from '../../engine/set/callers.ts';
import { isDenialStatus } from '../../engine/set/denial-status.ts';
import type {
  CompiledLimit,
  CompiledMatch,
  CompiledPolicy,
  CompiledRespond,
  CompiledRule,
  CompiledSchema,
  JwtRequirement,
  ResponseValue,
} from '../../engine/set/policy-set.ts';
import type { Named } from '../language/document.ts';
import { sourceOf } from '../language/document.ts';
import type { MatchDocument } from '../language/match-document.ts';
import {
  burstOf,
  type LimitDocument,
  type PolicySpec,
  type SchemaDocument,
} from '../language/policy-document.ts';
import { child, report } from '../language/reader.ts';
import type { RuleDocument } from '../language/rule-document.ts';
import { withEnforced } from '../language/rule-mode.ts';
import { type Expression, reportStatus } from '../language/values.ts';
import type { Cursor } from '../yaml/tree.ts';
import { compileCallers, compilePrincipals, namedPeersOf } from './compile-callers.ts';
import { compileOpenApiSchema } from './compile-openapi-schema.ts';
import { compileRecord } from './compile-record.ts';
import { compileBodySchema } from './compile-schema.ts';
import {
  BODY,
  CONDITION,
  COST,
  type Expressions,
  KEY,
  MESSAGE,
  METADATA,
  STATUS,
  TEXT,
} from './expressions.ts';
import type { Folder } from './folder.ts';
import { reportUnknownIssuer } from './issuer-names.ts';
import { compileMessageSchema, type ServicesOfPolicy, withBodyType } from './message-services.ts';
import type { ShadowRuleDraft } from './shadow-rules.ts';

/**
 * Compiles a policy and reports its mistakes. The result lacks every invalid part, and is used only if there is none.
 */
export function compilePolicy(
  { name, metadata }: Named,
  spec: PolicySpec,
  folder: Folder,
  services: ServicesOfPolicy,
): Omit<CompiledPolicy, 'params' | 'variables' | 'headers' | 'shadowRules' | 'inputs'> & {
  readonly shadowRules: readonly ShadowRuleDraft[];
} {
  const rules = spec.rules ?? [];
  const limits = spec.limits ?? [];
  reportDuplicateNames([...rules, ...limits]);
  const { mtls } = spec.authenticate ?? {};
  const jwt = compileJwt(spec, folder);
  const callers = compileCallers(spec, folder);
  const of: PolicyParts = { folder, services, match: spec.match };
  const denyRules = compileRules(rules, 'deny', of);
  const allowRules = compileRules(rules, 'allow', of);
  const early = (expression: Expression | undefined) =>
    folder.expressions.compileEarly(expression, CONDITION);
  return {
    name: name.value,
    description: metadata.description ?? '',
    owner: metadata.owner ?? '',
    controls: metadata.controls ?? [],
    source: sourceOf(name.at),
    mode: spec.mode ?? 'enforce',
    match: (spec.match ?? []).map((entry) => ({ ...compileMatch(entry), when: early(entry.when) })),
    allowsAmbiguousPath: spec.paths?.ambiguous === 'allow',
    requiredHeaders: [...new Set(spec.requireHeaders)],
    mtls: mtls && {
      from: mtls.from ?? 'connection',
      principals: mtls.principals && compilePrincipals(mtls.principals, folder),
    },
    jwt,
    namedPeers: namedPeersOf(spec, callers, allowRules),
    callers,
    denyRules,
    allowRules,
    shadowRules: compileShadowRules(spec, callers, allowRules, of),
    schemas: (spec.schemas ?? []).flatMap((schema) => compileSchema(schema, jwt?.issuers ?? [], of)),
    services: of.services.services,
    firstLimits: compileLimits(name.value, limits, 'first', folder),
    lastLimits: compileLimits(name.value, limits, 'last', folder),
    respond: compileRespond(spec.respond, folder),
    record: compileRecord(spec.record),
  };
}

/** The parts of a policy that the compilation of its rules and schemas needs. */
interface PolicyParts {
  readonly folder: Folder;
  readonly services: ServicesOfPolicy;
  readonly match: readonly MatchDocument[] | undefined;
}

/** The folder for the expressions of a part of a policy with a `match` of its own. */
function within(
  { folder, services, match }: PolicyParts,
  inner: readonly MatchDocument[] | undefined,
): Folder {
  return inner === undefined ? folder : withBodyType(folder, services, match, inner);
}

function compileMatch({ hosts, methods, paths }: MatchDocument): Omit<CompiledMatch, 'when'> {
  return { hosts, methods: methods && new Set(methods), paths };
}

/** The match of a rule or schema, evaluated after authentication. */
function compileInner(
  match: readonly MatchDocument[] | undefined,
  { expressions }: Folder,
): readonly CompiledMatch[] {
  return (match ?? []).map((entry) => ({
    ...compileMatch(entry),
    when: expressions.compile(entry.when, CONDITION),
  }));
}

function compileJwt(spec: PolicySpec, folder: Folder): JwtRequirement | undefined {
  const jwt = spec.authenticate?.jwt;
  if (jwt === undefined) return undefined;
  const issuers: Issuer[] = [];
  for (const { value, at } of jwt.issuers ?? []) {
    const issuer = folder.issuers.get(value);
    if (issuer !== undefined) issuers.push(issuer);
    reportUnknownIssuer({ value, at }, folder);
  }
  reportSameIssuer(jwt.issuers ?? [], folder);
  const { required = true, bind, resourceMetadata } = jwt;
  return { issuers, required, bind, resourceMetadata };
}

/** Reports two issuers that accept the same tokens: only the keys and audiences of the first would ever count. */
function reportSameIssuer(
  names: readonly { readonly value: string; readonly at: Cursor }[],
  { issuers }: Folder,
): void {
  const seen = new Map<string, string>();
  for (const { value, at } of names) {
    const issuer = issuers.get(value);
    const keys =
      issuer?.from.flatMap((place) => issuersOf(issuer).map((iss) => `${iss} ${placeKey(place)}`)) ?? [];
    const earlier = keys.flatMap((key) => seen.get(key) ?? []).find((name) => name !== value);
    for (const key of keys) seen.set(key, value);
    if (earlier === undefined) continue;
    const message = `\`${earlier}\` has the same \`issuer\` and takes tokens from the same place`;
    const help =
      'write one Issuer with the keys and audiences of both, or take their tokens from different places (`from`)';
    report(at, 'same_issuer', message, help);
  }
}

function compileRules(
  rules: readonly RuleDocument[],
  effect: 'allow' | 'deny',
  of: PolicyParts,
): readonly CompiledRule[] {
  return rules.flatMap((rule) => {
    const isIncluded = rule.mode !== 'shadow' && effectOf(rule) === effect;
    return isIncluded ? compileRule(rule, of) : [];
  });
}

function compileShadowRules(
  spec: PolicySpec,
  callers: CallerCondition | undefined,
  allowRules: readonly CompiledRule[],
  of: PolicyParts,
): readonly ShadowRuleDraft[] {
  const { rules = [] } = spec;
  return rules.flatMap((written, index) => {
    if (written.mode !== 'shadow') return [];
    const effect = effectOf(written);
    const before = rules.slice(0, index);
    const place = before.filter((each) => each.mode !== 'shadow' && effectOf(each) === effect).length;
    return compileRule(written, of).map((rule) => {
      const allows = effect === 'allow' ? allowRules.toSpliced(place, 0, rule) : allowRules;
      const namedPeers = namedPeersOf(withEnforced(spec, written), callers, allows);
      return { rule, effect, place, namedPeers };
    });
  });
}

function compileRule(rule: RuleDocument, of: PolicyParts): readonly CompiledRule[] {
  const folder = within(of, rule.match);
  const { name, at, expires, reason } = rule;
  const when = folder.expressions.compile(rule.when, CONDITION);
  const match = compileInner(rule.match, folder);
  const callers = compileCallers(rule, folder);
  const status = compileStatus(rule.status, folder);
  const message = compileText(rule.message, folder, MESSAGE);
  if (name === undefined) return [];
  return [{ name, source: sourceOf(at), match, callers, when, expires, reason, status, message }];
}

/** A rule without a valid effect is compiled as a deny rule, to report its other mistakes. */
function effectOf({ effect }: RuleDocument): 'allow' | 'deny' {
  return effect ?? 'deny';
}

/** An expression that is a number is checked as that number; any other value is checked for each denied request. */
function compileStatus(
  written: RuleDocument['status'],
  { expressions }: Folder,
): number | Program | undefined {
  if (typeof written !== 'object') return written;
  const program = expressions.compile(written, STATUS);
  const literal = Number(/^\s*-?[0-9]{1,9}\s*$/.exec(written.source)?.[0] ?? Number.NaN);
  if (!Number.isNaN(literal) && !isDenialStatus(literal)) reportStatus(written.at, literal);
  return program;
}

function compileText(
  written: string | Expression | undefined,
  { expressions }: Folder,
  expected: Expected,
): ResponseValue | undefined {
  return typeof written === 'object' ? expressions.compile(written, expected) : written;
}

function compileSchema(
  schema: SchemaDocument,
  issuers: readonly Issuer[],
  of: PolicyParts,
): readonly CompiledSchema[] {
  const { match, body, openapi, protobuf } = schema;
  const folder = within(of, match);
  const inner = compileInner(match, folder);
  if (openapi !== undefined) {
    const compiled = compileOpenApiSchema(openapi, issuers, folder.references);
    return compiled === undefined ? [] : [{ kind: 'openapi', match: inner, openapi: compiled }];
  }
  if (protobuf !== undefined) {
    const messages = compileMessageSchema(protobuf, folder);
    return messages === undefined ? [] : [{ kind: 'messages', match: inner, messages }];
  }
  const at = body?.jsonSchema?.at;
  const compiled = at && compileBodySchema(at, body?.maxBytes, folder.references);
  return compiled === undefined ? [] : [{ kind: 'body', match: inner, body: compiled }];
}

function compileLimits(
  policy: string,
  limits: readonly LimitDocument[],
  phase: 'first' | 'last',
  { expressions }: Folder,
): readonly CompiledLimit[] {
  const compiled: CompiledLimit[] = [];
  for (const limit of limits) {
    if ((limit.phase ?? 'last') !== phase) continue;
    const compile: Expressions['compile'] = (expression, expected) =>
      phase === 'first'
        ? expressions.compileEarly(expression, expected)
        : expressions.compile(expression, expected);
    const key = (limit.key ?? []).flatMap((part) => compile(part, KEY) ?? []);
    const cost = compile(limit.cost, COST);
    reportConstantCost(limit);
    const when = compile(limit.when, CONDITION);
    const { name, rate, headers } = limit;
    if (name === undefined || rate === undefined) continue;
    compiled.push({
      id: `${policy}/${name}`,
      name,
      key,
      rate,
      burst: burstOf(limit),
      cost,
      when,
      headers: headers ?? 'refusals',
      shared: sharedOf(limit),
    });
  }
  return compiled;
}

function sharedOf({ scope, mode, onStoreFailure }: LimitDocument): CompiledLimit['shared'] {
  if (scope !== 'shared') return undefined;
  return { mode: mode ?? 'exact', onStoreFailure: onStoreFailure ?? 'local' };
}

/** Reports a constant cost outside the burst, which fails every request. Other costs are checked per request. */
function reportConstantCost(limit: LimitDocument): void {
  const { cost } = limit;
  if (cost === undefined || !/^-?[0-9]+$/.test(cost.source.trim())) return;
  const burst = burstOf(limit);
  const value = Number(cost.source);
  if (value >= 0 && value <= burst) return;
  const message = `\`${cost.source.trim()}\` is not between 0 and the burst, ${burst}`;
  report(cost.at, 'out_of_range', message, 'a bucket never holds more than its burst');
}

function compileRespond(respond: PolicySpec['respond'], folder: Folder): CompiledRespond {
  const { requestHeaders, responseHeaders, query, metadata } = respond?.allow ?? {};
  const texts = (written: ReadonlyMap<string, string | Expression> | undefined) =>
    compileValues(written, folder, TEXT);
  const body = respond?.deny?.body;
  return {
    allow: {
      requestHeaders: {
        set: texts(requestHeaders?.set),
        append: texts(requestHeaders?.append),
        remove: requestHeaders?.remove ?? [],
      },
      responseHeaders: { set: texts(responseHeaders?.set), append: texts(responseHeaders?.append) },
      query: { set: texts(query?.set), remove: query?.remove ?? [] },
      metadata: compileValues(metadata, folder, METADATA),
    },
    deny: {
      headers: { set: texts(respond?.deny?.headers?.set) },
      body: compileText(body, folder, BODY),
    },
  };
}

function compileValues(
  headers: ReadonlyMap<string, string | Expression> | undefined,
  folder: Folder,
  expected: Expected,
): ReadonlyMap<string, ResponseValue> {
  const compiled = new Map<string, ResponseValue>();
  for (const [name, value] of headers ?? []) {
    const ready = compileText(value, folder, expected);
    if (ready !== undefined) compiled.set(name, ready);
  }
  return compiled;
}

/** Reports names that two rules or limits of a policy share: answers and records identify them by name. */
function reportDuplicateNames(parts: readonly (RuleDocument | LimitDocument)[]): void {
  const seen = new Map<string, Cursor>();
  for (const { name, at } of parts) {
    const place = child(at, 'name');
    if (name === undefined || place === undefined) continue;
    const earlier = seen.get(name);
    if (earlier === undefined) seen.set(name, place);
    else {
      const { file, line } = sourceOf(earlier);
      const where = file === place.context.path ? `on line ${line}` : `at ${file}:${line}`;
      const help = 'the rules and limits of a policy have unique names';
      report(place, 'duplicate_name', `the name \`${name}\` is already used ${where}`, help);
    }
  }
}
