import { decide } from '../decision/decide.ts';
import type { Services } from '../decision/services.ts';
import { type Check, createCheck } from '../envoy/check.ts';
import {
  type CheckRequestMessage,
  type CheckResponseMessage,
  decodeCheckResponse,
  encodeCheckRequest,
} from '../envoy/messages.ts';
import { createThrowawayKeys, type ThrowawayKeys } from '../identity/throwaway.ts';
import { createTokenVerifier, type TokenVerifier } from '../identity/token.ts';
import { createLocalStore } from '../limit/local-store.ts';
import type { PolicySet, Source } from '../policy/policy-set.ts';
import type { PolicyTestDocument, TestCaller, TestCase } from '../policy/policy-test.ts';
import { type Answer, answerOf, type Difference, differences } from './test-answer.ts';

/** One case, run. */
export interface CaseResult {
  readonly test: string;
  readonly case: TestCase;
  readonly source: Source;
  readonly answer: Answer;
  /** Empty: it holds. */
  readonly differences: readonly Difference[];
}

const NOBODY_STOPS_WAITING = { metadata: () => undefined, deadline: Number.POSITIVE_INFINITY };

/**
 * Runs policy tests through the server's own code, from the bytes of a CheckRequest to those of a CheckResponse.
 * The clock stands still, keys are throwaway ones, and each case starts with full buckets.
 */
export class TestRun {
  readonly #set: PolicySet;
  readonly #keys: ThrowawayKeys = createThrowawayKeys();
  readonly #tokens: TokenVerifier = createTokenVerifier({ keys: this.#keys });
  /** For tests that do not say what time it is, milliseconds since 1970. */
  readonly #now: number;

  constructor(set: PolicySet, now: number) {
    this.#set = set;
    this.#now = now;
  }

  async run(test: PolicyTestDocument, each: TestCase): Promise<CaseResult> {
    const now = test.now ?? this.#now;
    const check = this.#server(now);
    const request = encodeCheckRequest(await this.#message(each, now));
    let response = new Uint8Array();
    for (let sent = 0; sent < each.repeat; sent += 1) {
      response = Uint8Array.from(await check.handle(request, NOBODY_STOPS_WAITING));
    }
    await check.settled();
    const decoded: CheckResponseMessage = decodeCheckResponse(response);
    const answer = answerOf(decoded);
    return {
      test: test.name,
      case: each,
      source: each.source,
      answer,
      differences: differences(each.expect, answer),
    };
  }

  #server(now: number): Check {
    const services: Services = {
      clock: () => now,
      id: () => '00000000-0000-4000-8000-000000000000',
      tokens: this.#tokens,
      limits: createLocalStore({ maxBuckets: 10_000 }),
    };
    return createCheck({
      ...services,
      decide: (attributes) => decide(attributes, this.#set, services),
      set: () => this.#set,
      // The clock stands still, so no deadline ever comes; a run-away evaluation is bounded by its own budget.
      deadline: Number.MAX_SAFE_INTEGER,
      maxInflight: 1,
      onDecision: () => {},
    });
  }

  /** What Envoy would send for this case. */
  async #message({ caller, request }: TestCase, now: number): Promise<CheckRequestMessage> {
    const headers: Record<string, string> = Object.fromEntries(request.headers);
    const authorization = await this.#authorization(caller, now);
    if (authorization !== undefined) headers['authorization'] = authorization;
    const body = request.body === undefined ? undefined : new TextEncoder().encode(request.body);
    return {
      attributes: {
        source: {
          principal: caller.principal,
          address: { socketAddress: { address: caller.address, portValue: 0 } },
        },
        destination: {},
        request: {
          time: { seconds: Math.floor(now / 1000), nanos: (now % 1000) * 1_000_000 },
          http: {
            id: 'policy-test',
            method: request.method,
            scheme: request.scheme,
            host: request.host,
            path: request.path,
            protocol: 'HTTP/2',
            headers,
            size: body?.length ?? 0,
            ...(body === undefined ? {} : { rawBody: body }),
          },
        },
      },
    };
  }

  async #authorization(caller: TestCaller, now: number): Promise<string | undefined> {
    if (caller.token !== undefined) return `Bearer ${caller.token}`;
    if (caller.jwt === undefined) return undefined;
    const issuer = this.#set.issuers.get(caller.jwt.issuer);
    if (issuer === undefined)
      throw new Error(`a test names the issuer ${caller.jwt.issuer}, which is not there`);
    const seconds = Math.floor(now / 1000);
    const claims = {
      iss: issuer.issuer,
      sub: caller.name,
      ...(issuer.audiences[0] === undefined ? {} : { aud: issuer.audiences[0] }),
      iat: seconds,
      exp: seconds + Math.floor(caller.jwt.expiresIn / 1000),
      ...caller.jwt.claims,
    };
    return `Bearer ${await this.#keys.sign(issuer, claims, caller.jwt.header)}`;
  }
}
