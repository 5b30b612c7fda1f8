import { decide, isAllow } from '../../../src/engine/decision/decide.ts';
import { REASONS } from '../../../src/engine/decision/reasons.ts';
import type { CheckOptions } from '../../../src/engine/envoy/check.ts';
import { type Asked, attributes, checkMessage } from '../../support/attributes.ts';
import { roomyCheck } from '../../support/check.ts';
import { decodeCheckResponse, encodeCheckRequest } from '../../support/check-messages.ts';
import { policySet } from '../../support/policy-set.ts';
import { caseFiles, stepsOf } from './case-file.ts';
import { bench, NOW } from './run-case.ts';

/** Reasons that nothing yields yet. One that a case shows after all must leave this list. */
const NOT_YET: Readonly<Record<string, string>> = {};

const OPEN = policySet({ policies: { open: { rules: [{ name: 'all', effect: 'allow' }] } } });
const REQUEST: Asked = { host: 'open.svc' };
const CALL = { metadata: () => undefined, deadline: Number.POSITIVE_INFINITY };

interface WireCase {
  readonly status: number;
  readonly bytes?: Uint8Array;
  readonly change?: Partial<CheckOptions>;
  readonly deadline?: number;
}

/** Refusals that no evaluation led to. */
const ON_THE_WIRE: Readonly<Record<string, WireCase>> = {
  bad_check: { status: 400, bytes: Uint8Array.of(0xff, 0xff) },
  not_http: { status: 403, bytes: encodeCheckRequest({ attributes: { source: { principal: 'a' } } }) },
  overloaded: { status: 503, change: { maxInflight: 0 } },
  deadline_exceeded: { status: 503, deadline: NOW },
  internal_error: {
    status: 500,
    change: {
      decide: () => {
        throw new Error('a fault of our own');
      },
    },
  },
  not_ready: { status: 503, change: { decide: (snapshot) => decide(snapshot, undefined, bench().services) } },
};

describe('reasons', () => {
  test.each(Object.entries(ON_THE_WIRE))('%s, from bytes to bytes', async (reason, wire) => {
    const { services } = bench();
    const check = roomyCheck({
      decide: (snapshot, deadline) => decide(snapshot, OPEN, services, deadline),
      set: () => OPEN,
      clock: services.clock,
      id: services.id,
      deadline: 20_000,
      maxInflight: 1,
      ...wire.change,
    });
    const bytes = wire.bytes ?? encodeCheckRequest(checkMessage(REQUEST));
    const call = { ...CALL, deadline: wire.deadline ?? CALL.deadline };
    const response = decodeCheckResponse(await check.handle(bytes, call));
    await check.settled();
    expect(response.status?.code).toBeGreaterThan(0);
    expect(response.deniedResponse?.status?.code).toBe(wire.status);
    expect(response.dynamicMetadata?.fields?.['reason']?.stringValue).toBe(reason);
  });

  test('every reason has a case', () => {
    const shown = new Set(Object.keys(ON_THE_WIRE));
    for (const file of caseFiles()) {
      for (const { expect: expected } of file.cases.flatMap(stepsOf)) shown.add(expected.reason ?? '');
    }
    expect(
      Object.keys(REASONS).filter((reason) => !shown.has(reason) && !Object.hasOwn(NOT_YET, reason)),
    ).toEqual([]);
    expect(Object.keys(NOT_YET).filter((reason) => shown.has(reason))).toEqual([]);
  });

  test('every denial has an error status, a title and a phrase for the reference', () => {
    const { allowed: _, ...denials } = REASONS;
    for (const [reason, { status, title, doc }] of Object.entries(denials)) {
      expect([reason, status >= 400 && status < 600]).toEqual([reason, true]);
      expect([reason, title]).toEqual([reason, expect.stringMatching(/^[A-Z].*[^.]$/)]);
      expect([reason, doc]).toEqual([reason, expect.stringMatching(/^[^A-Z].*[^.]$/)]);
    }
  });

  test('every challenge is well-formed', async () => {
    const set = policySet({
      policies: { asking: { authenticate: { jwt: { issuers: ['acme'] } } } },
      issuers: {
        acme: { issuer: 'a', audiences: ['b'], keys: { jwksUri: 'https://login.acme.example/keys' } },
      },
    });
    for (const reason of Object.keys(REASONS)) {
      if (!reason.startsWith('token_')) continue;
      const { services } = bench();
      const refusing = { verify: () => ({ denial: { reason: reason as 'token_missing', detail: 'no' } }) };
      const { decision } = await decide(attributes(), set, { ...services, tokens: refusing });
      if (isAllow(decision.outcome)) throw new Error(`${reason} is allowed`);
      expect(decision.outcome.headers.get('www-authenticate')).toMatch(
        /^Bearer realm="[a-z]+"(?:, error="invalid_(?:token|request)", error_description="[\x20\x21\x23-\x5b\x5d-\x7e]+")?$/,
      );
    }
  });
});
