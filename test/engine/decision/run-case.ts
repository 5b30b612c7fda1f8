import type { Decision } from '../../../src/engine/decision/decide.ts';
import { decide, isAllow, type PendingDecision } from '../../../src/engine/decision/decide.ts';
import type { Services } from '../../../src/engine/decision/services.ts';
import type { DecisionTrace } from '../../../src/engine/decision/trace.ts';
import type { CheckResponseMessage } from '../../../src/engine/envoy/messages.ts';
import { createCertificateReader } from '../../../src/engine/identity/certificate.ts';
import type { KeyProvider } from '../../../src/engine/identity/keys.ts';
import { createTokenVerifier } from '../../../src/engine/identity/token.ts';
import type { LimitStore } from '../../../src/engine/limit/limit.ts';
import { createLocalStore, type LocalStore } from '../../../src/engine/limit/local-store.ts';
import { createScopedStore } from '../../../src/engine/limit/scoped-store.ts';
import { UNCOUNTED } from '../../../src/engine/limit/uncounted-store.ts';
import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { compileHost } from '../../../src/engine/request/host.ts';
import type { PolicySet } from '../../../src/engine/set/policy-set.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { Shares } from '../../../src/sidecar/limit-redis/shares.ts';
import { createThrowawayKeys } from '../../../src/tools/testing/throwaway-keys.ts';
import { type Asked, attributes, checkMessage } from '../../support/attributes.ts';
import { roomyCheck } from '../../support/check.ts';
import { decodeCheckResponse, encodeCheckRequest } from '../../support/check-messages.ts';
import { policySet } from '../../support/policy-set.ts';
import { CERTIFICATES } from '../identity/certificates.ts';
import { encoded } from '../identity/tokens.ts';
import {
  type Case,
  type CaseFile,
  type CaseRequest,
  type Step,
  stepsOf,
  type TokenSpec,
} from './case-file.ts';

/** 2026-06-01T12:00:00Z */
export const NOW = Date.UTC(2026, 5, 1, 12);

/** Result of one request, in the form of a case. */
interface Seen {
  readonly decision: 'allow' | 'deny';
  readonly reason: string;
  readonly status: number;
  readonly policy: string;
  readonly rule: string;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
  readonly appended: readonly (readonly [string, string])[];
  readonly query: { readonly set: Readonly<Record<string, string>>; readonly remove: readonly string[] };
  readonly servicePath: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly overwritten: readonly unknown[];
  /** Body of the policy, in place of the problem document. */
  readonly body: string | undefined;
  readonly controls: readonly string[];
  readonly limits: readonly unknown[];
  readonly shadow: readonly unknown[];
  readonly jwt: unknown;
  readonly caller: unknown;
  readonly path: string;
  readonly grpc: boolean;
  readonly fault: string | null;
}

export interface Answered {
  readonly step: Step;
  readonly decision: Decision;
  readonly seen: Seen;
  /** Of a run from bytes to bytes. */
  readonly response?: CheckResponseMessage;
}

const SIGNING = createThrowawayKeys();
const NO_KEYS: KeyProvider = { of: () => ({ keys: undefined, failing: true }), refetch: () => undefined };

/** A clock that is frozen until it is set. */
export interface Bench {
  readonly services: Services;
  setClock(now: number): void;
}

function localStore(): LocalStore {
  return createLocalStore({ maxKeys: 1000, seed: [0, 0] });
}

/** The store of shared limits while Redis does not answer. */
function outage(replicas: number): LimitStore {
  const shares = new Shares(localStore(), () => replicas);
  return {
    take: (take, now) => shares.takeAll([take], now)[0] ?? UNCOUNTED.take(take, now),
    takeAll: (takes, now) => shares.takeAll(takes, now),
    giveBack: (takes, now) => {
      for (const take of takes) shares.giveBack(take, now);
    },
  };
}

/** Everything that `decide` is given, frozen. */
export function bench(
  keys: KeyProvider = SIGNING,
  {
    xfccTrustedHops = 0,
    hosts = [],
    storeOutage,
  }: Pick<Case, 'xfccTrustedHops' | 'hosts' | 'storeOutage'> = {},
): Bench {
  let now = NOW;
  let ids = 0;
  return {
    services: {
      clock: () => now,
      monotonic: () => now,
      id: () => `decision-${++ids}`,
      tokens: createTokenVerifier({ keys, crypto: nodeCrypto }),
      certificates: createCertificateReader(nodeCrypto),
      xfccTrustedHops,
      hosts: hosts.flatMap((host) => compileHost(host).pattern ?? []),
      limits: storeOutage === undefined ? localStore() : createScopedStore(localStore(), outage(storeOutage)),
      shadowLimits: createLocalStore({ maxKeys: 1000, seed: [0, 0] }),
    },
    setClock: (to) => {
      now = to;
    },
  };
}

export function setOf(file: CaseFile, each: Case): PolicySet {
  const policies = each.only === true ? each.policies : { ...file.policies, ...each.policies };
  const environment = each.environment ?? file.environment;
  return policySet({
    ...file,
    policies: policies ?? {},
    ...(environment === undefined ? {} : { environment }),
  });
}

/** Sends the requests of a case straight to `decide`. */
export async function runDirectly(
  set: PolicySet,
  each: Case,
  trace?: DecisionTrace,
): Promise<readonly Answered[]> {
  const { services, setClock } = bench(keysOf(each), each);
  const answers: Answered[] = [];
  for (const step of repeated(each)) {
    setClock(NOW + (step.at ?? 0));
    const pending = await decide(attributes(await asked(step.request, set)), set, services, undefined, trace);
    const decision = await completed(pending);
    answers.push({ step, decision, seen: seenOf(decision) });
  }
  return answers;
}

/** Sends them as the proxy does, from bytes to bytes. */
export async function runThroughCheck(set: PolicySet, each: Case): Promise<readonly Answered[]> {
  const { services, setClock } = bench(keysOf(each), each);
  const told: Decision[] = [];
  const check = roomyCheck({
    decide: (snapshot, deadline) => decide(snapshot, set, services, deadline),
    set: () => set,
    clock: services.clock,
    id: services.id,
    deadline: 20_000,
    onDecision: (decision) => {
      told.push(decision);
    },
  });
  const call = { metadata: () => undefined, deadline: Number.POSITIVE_INFINITY };
  const answers: Answered[] = [];
  for (const step of repeated(each)) {
    setClock(NOW + (step.at ?? 0));
    const bytes = encodeCheckRequest(checkMessage(await asked(step.request, set)));
    const response = decodeCheckResponse(await check.handle(bytes, call));
    await check.settled();
    const decision = told.pop();
    if (decision === undefined) throw new Error('the decision was not reported');
    answers.push({ step, decision, seen: seenOf(decision), response });
  }
  return answers;
}

/** With the shadow verdicts. */
export async function completed({ decision, deferred }: PendingDecision): Promise<Decision> {
  return deferred === undefined ? decision : deferred();
}

function keysOf({ keys }: Case): KeyProvider {
  return keys === 'unavailable' ? NO_KEYS : SIGNING;
}

function repeated(each: Case): readonly Step[] {
  return stepsOf(each).flatMap((step) => Array.from({ length: step.times ?? 1 }, () => step));
}

async function asked(request: CaseRequest, set: PolicySet): Promise<Asked> {
  const { token, otherToken, certificate, headers = {}, messages, body, ...rest } = request;
  const text = token === undefined ? undefined : await tokenText(token, set);
  const other = otherToken === undefined ? undefined : await tokenText(otherToken, set);
  const place = (value: string): string =>
    value.replaceAll(PLACE, text ?? '').replaceAll(OTHER_PLACE, other ?? '');
  const isPlaced = [rest.path ?? '', ...Object.values(headers).flat()].some((value) => value.includes(PLACE));
  const bearer = text === undefined || isPlaced ? {} : { authorization: `Bearer ${text}` };
  const placed = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? place(value) : value.map(place),
  ]);
  return {
    ...rest,
    ...(body === undefined
      ? {}
      : { body: typeof body === 'string' ? body : Buffer.from(body.base64, 'base64') }),
    ...(messages === undefined ? {} : { method: 'POST', body: encodedCall(messages, rest.path ?? '', set) }),
    ...(rest.path === undefined ? {} : { path: place(rest.path) }),
    headers: {
      ...bearer,
      ...(messages && { 'content-type': 'application/grpc' }),
      ...(Object.fromEntries(placed) as NonNullable<Asked['headers']>),
    },
    ...(certificate === undefined ? {} : { certificate: pemOf(certificate) }),
  };
}

function encodedCall(messages: readonly JsonValue[], path: string, { policies }: PolicySet): Uint8Array {
  for (const services of policies.flatMap((each) => each.services)) {
    const method = services.methodAt(path);
    if (method !== undefined) return services.encode(method, messages);
  }
  throw new Error(`no descriptor set has the method ${path}`);
}

/** Placeholders for the tokens in a header or the path of a case. */
const PLACE = '{token}';
const OTHER_PLACE = '{otherToken}';

async function tokenText(spec: TokenSpec, set: PolicySet): Promise<string> {
  if (spec.raw !== undefined) return spec.raw;
  const issuer = set.issuers.get(spec.issuer ?? 'acme');
  if (issuer === undefined) throw new Error(`no issuer ${spec.issuer ?? 'acme'}`);
  const usual = {
    iss: issuer.issuer,
    aud: issuer.audiences[0] ?? 'any',
    sub: 'checkout',
    iat: NOW / 1000,
    exp: NOW / 1000 + 3600,
  };
  const written = Object.entries({ ...usual, ...spec.claims });
  const claims = Object.fromEntries(written.filter(([, value]) => value !== null));
  const text = spec.forged === true ? forge(claims, spec) : await SIGNING.sign(issuer, claims, spec.header);
  return text.padEnd(spec.length ?? 0, 'x');
}

function forge(claims: object, { header }: TokenSpec): string {
  const parts = [{ alg: 'ES256', kid: 'throwaway-acme', ...header }, claims];
  return [...parts.map(encoded), encoded('x'.repeat(64))].join('.');
}

function pemOf(name: string): string {
  const broken = {
    broken: CERTIFICATES.workload.slice(0, 300),
    huge: CERTIFICATES.workload + ' '.repeat(65_536),
  };
  const known = new Map<string, string>(Object.entries({ ...CERTIFICATES, ...broken }));
  const pem = known.get(name);
  if (pem === undefined) throw new Error(`no certificate ${name}`);
  return pem;
}

function seenOf(decision: Decision): Seen {
  const { outcome, reason, status, policy, rule, controls, limits, shadow, jwt, caller, request, fault } =
    decision;
  const allowed = isAllow(outcome);
  return {
    decision: allowed ? 'allow' : 'deny',
    reason,
    status,
    policy,
    rule,
    detail: allowed ? undefined : outcome.detail,
    headers: allowed ? {} : Object.fromEntries(outcome.headers),
    requestHeaders: allowed ? Object.fromEntries(outcome.changes.requestHeaders.set) : {},
    responseHeaders: allowed ? Object.fromEntries(outcome.changes.responseHeaders.set) : {},
    removed: allowed ? [...outcome.changes.requestHeaders.remove].toSorted() : [],
    appended: allowed ? outcome.changes.responseHeaders.append : [],
    query: {
      set: allowed ? Object.fromEntries(outcome.changes.query.set) : {},
      remove: allowed ? [...outcome.changes.query.remove] : [],
    },
    servicePath: allowed ? (outcome.changes.query.path ?? null) : null,
    overwritten: allowed ? outcome.changes.overwritten : [],
    metadata: allowed ? Object.fromEntries(outcome.changes.metadata) : {},
    body: allowed ? undefined : outcome.body,
    controls,
    limits,
    shadow,
    jwt,
    caller,
    path: request.path,
    grpc: request.grpc,
    fault: fault?.message ?? null,
  };
}
