import type { Decision } from '../../engine/decision/decide.ts';
import { decide } from '../../engine/decision/decide.ts';
import type { Services } from '../../engine/decision/services.ts';
import type { DecisionTrace } from '../../engine/decision/trace.ts';
import { createCheck } from '../../engine/envoy/check.ts';
import { decodeCheck } from '../../engine/envoy/decode.ts';
import type {
  CheckRequestMessage,
  CheckResponseMessage,
  HttpRequestMessage,
} from '../../engine/envoy/messages.ts';
import { ProxyObserver } from '../../engine/envoy/proxy-observer.ts';
import { createCertificateReader } from '../../engine/identity/certificate.ts';
import { compileKeys } from '../../engine/identity/jwks.ts';
import type { KeyProvider } from '../../engine/identity/keys.ts';
import { createTokenVerifier } from '../../engine/identity/token.ts';
import { createLocalStore } from '../../engine/limit/local-store.ts';
import type { Attributes } from '../../engine/request/attributes.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { checkMessages } from '../../node/check-messages.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import { decodeText } from '../../node/decode-text.ts';
import { checkRequest, sentBy } from './case-message.ts';
import type { SimulationRequest } from './simulation-request.ts';
import { readerOfTests } from './test-certificates.ts';
import { createThrowawayKeys, type ThrowawayKeys } from './throwaway-keys.ts';

/** A request as it reaches the server. */
export interface PreparedRequest {
  readonly attributes: Attributes;
  readonly bytes: Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Texts that reports mask. */
  readonly secrets: readonly string[];
  readonly services: Services;
  readonly maxRequestBytes: number;
}

/** Settings of the server that a request is decided with. */
export interface SimulatedSettings {
  /** As `serve --xfcc-trusted-hops`. */
  readonly xfccTrustedHops: number;
  /** As `serve --max-request-bytes`. */
  readonly maxRequestBytes: number;
}

/** The server's answer, with its decision. */
export interface SimulationResult {
  readonly response: CheckResponseMessage;
  /** Shadow verdicts included. */
  readonly decision: Decision;
}

const NOBODY_STOPS_WAITING = { metadata: () => undefined, deadline: Number.POSITIVE_INFINITY };

/** Makes the message, its token signed, and all that a decision about it needs. */
export async function prepareRequest(
  simulation: SimulationRequest,
  set: Pick<PolicySet, 'issuers'>,
  { xfccTrustedHops, maxRequestBytes }: SimulatedSettings,
): Promise<PreparedRequest> {
  const now = simulation.now ?? Date.now();
  const throwaway = createThrowawayKeys();
  const sent = await sentBy(simulation, set.issuers, throwaway, now);
  const message = merge(simulation, checkRequest(simulation, sent, now, maxRequestBytes));
  const bytes = checkMessages.encodeRequest(message);
  const { attributes } = decodeCheck(
    bytes,
    decodeText,
    new ProxyObserver({ maxRequestBytes, isSimulated: true }),
  );
  if (attributes === undefined) throw new Error('the check that was made of the request cannot be read');
  const authorization = sent.headers.get('authorization') ?? [];
  return {
    attributes,
    bytes,
    now,
    maxRequestBytes,
    secrets: [
      sent.token ?? '',
      ...authorization.map((each) => each.replace(/^\S+ +/, '')),
      ...(sent.headers.get('cookie') ?? []),
    ].filter((each) => each !== ''),
    services: {
      clock: () => now,
      monotonic: () => now,
      id: () => '00000000-0000-4000-8000-000000000000',
      tokens: createTokenVerifier({ keys: keysFor(simulation, throwaway), crypto: nodeCrypto }),
      certificates: readerOfTests(createCertificateReader(nodeCrypto)),
      xfccTrustedHops,
      limits: createLocalStore({ maxKeys: 10_000, seed: [0, 0] }),
      shadowLimits: createLocalStore({ maxKeys: 10_000, seed: [0, 0] }),
    },
  };
}

/** A token that was signed here is verified by the key that signed it, any other by those that the folder holds. */
function keysFor({ caller }: SimulationRequest, throwaway: ThrowawayKeys): KeyProvider {
  return {
    of: (issuer) => {
      if (issuer.name === caller.jwt?.issuer) return throwaway.of(issuer);
      if (issuer.keys.kind !== 'inline') return { keys: undefined, failing: true };
      return { keys: compileKeys(issuer.keys.jwks, issuer.algorithms, nodeCrypto).keys, failing: false };
    },
    refetch: () => undefined,
  };
}

/** The message with the changed request; everything else of the proxy's message is kept. */
function merge({ base, request }: SimulationRequest, made: CheckRequestMessage): CheckRequestMessage {
  if (base?.attributes === undefined) return made;
  const { attributes } = base;
  const { headerMap: raw, headers: _, ...http } = attributes.request?.http ?? {};
  const { size, rawBody, headerMap, ...changed } = made.attributes?.request?.http ?? {};
  // In the form in which the proxy sent them, as that decides what a comma means.
  const headers =
    (raw?.headers ?? []).length > 0 ? { headerMap: headerMap ?? {} } : { headers: joinedByComma(headerMap) };
  const own = request.body !== undefined && rawBody !== undefined;
  const body = own ? { size: size ?? 0, rawBody, body: '' } : {};
  const address = made.attributes?.source?.address?.socketAddress?.address ?? '';
  const before = attributes.source?.address?.socketAddress;
  return {
    attributes: {
      ...attributes,
      source: {
        ...attributes.source,
        principal: made.attributes?.source?.principal ?? '',
        address: attributes.source?.address?.pipe
          ? attributes.source.address
          : { socketAddress: { ...before, address } },
      },
      request: {
        ...made.attributes?.request,
        http: { ...http, ...changed, id: http.id ?? '', protocol: http.protocol ?? '', ...headers, ...body },
      },
    },
  };
}

/** Headers as Envoy joins them without `encode_raw_headers`. */
function joinedByComma(raw: HttpRequestMessage['headerMap']): Readonly<Record<string, string>> {
  const joined = new Map<string, string>();
  for (const { key = '', rawValue } of raw?.headers ?? []) {
    const value = new TextDecoder().decode(rawValue);
    const earlier = joined.get(key);
    joined.set(key, earlier === undefined ? value : `${earlier},${value}`);
  }
  return Object.fromEntries(joined);
}

/** Decides the request by the server's own code, from the bytes of a CheckRequest to those of a CheckResponse. */
export async function simulate(
  { bytes, services, maxRequestBytes }: PreparedRequest,
  set: PolicySet,
  trace?: DecisionTrace,
): Promise<SimulationResult> {
  let decision: Decision | undefined;
  const check = createCheck({
    ...services,
    decodeText,
    proxy: new ProxyObserver({ maxRequestBytes, isSimulated: true }),
    decide: (attributes) => decide(attributes, set, services, undefined, trace),
    set: () => set,
    deadline: Number.MAX_SAFE_INTEGER,
    maxInflight: 1,
    onDecision: (made) => {
      decision = made;
    },
    schedule: setImmediate,
  });
  const response = checkMessages.decodeResponse(await check.handle(bytes, NOBODY_STOPS_WAITING));
  await check.settled();
  if (decision === undefined) throw new Error('the server did not report its decision');
  return { response, decision };
}
