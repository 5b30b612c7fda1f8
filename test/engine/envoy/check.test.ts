import { jest } from '@jest/globals';
import type { Decision, PendingDecision } from '../../../src/engine/decision/decide.ts';
import { type Check, type CheckCall, type CheckOptions } from '../../../src/engine/envoy/check.ts';
import type { CheckResponseMessage } from '../../../src/engine/envoy/messages.ts';
import { roomyCheck } from '../../support/check.ts';
import { decodeCheckResponse, encodeCheckRequest } from '../../support/check-messages.ts';
import { FULL_CHECK } from '../../support/checks.ts';
import { lettingThrough, permission, standingStill } from '../../support/pending-decisions.ts';

const NOW = 1_764_000_000_000;
const REQUEST = encodeCheckRequest(FULL_CHECK);
const TRACEPARENT = FULL_CHECK.attributes.request.http.headers.traceparent;

interface Passed {
  readonly decision: Decision;
  readonly traceparent: string;
}

function checkWith(change: Partial<CheckOptions> = {}): { check: Check; passed: Passed[] } {
  const passed: Passed[] = [];
  const { clock, id } = standingStill(NOW);
  const check = roomyCheck({
    decide: (attributes) => permission(attributes),
    set: () => lettingThrough(),
    clock,
    id,
    deadline: 1000,
    onDecision: (decision, traceparent = decision.request.traceparent) => {
      passed.push({ decision, traceparent });
    },
    ...change,
  });
  return { check, passed };
}

function callWith(
  known: { readonly deadline?: number; readonly metadata?: Readonly<Record<string, string>> } = {},
): CheckCall {
  return { deadline: known.deadline ?? Infinity, metadata: (name) => known.metadata?.[name] };
}

async function ask(check: Check, bytes = REQUEST, call = callWith()): Promise<CheckResponseMessage> {
  return decodeCheckResponse(await check.handle(bytes, call));
}

function reasonOf(response: CheckResponseMessage): string | undefined {
  return response.dynamicMetadata?.fields?.['reason']?.stringValue;
}

describe('createCheck', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  test('answers the decision and then passes it on', async () => {
    const { check, passed } = checkWith();
    const response = await ask(check);
    expect(response.status?.code ?? 0).toBe(0);
    expect(reasonOf(response)).toBe('allowed');
    expect(passed).toEqual([]);
    await check.settled();
    expect(passed).toHaveLength(1);
    expect(passed[0]?.decision.id).toBe(response.dynamicMetadata?.fields?.['decision_id']?.stringValue);
    expect(passed[0]?.traceparent).toBe(TRACEPARENT);
  });

  test("the proxy's own span takes precedence over the header of the request", async () => {
    const { check, passed } = checkWith();
    await ask(check, REQUEST, callWith({ metadata: { traceparent: 'from-the-call' } }));
    await check.settled();
    expect(passed[0]?.traceparent).toBe('from-the-call');
  });

  const broken = new Error('a secret inside');
  test.each<[string, Uint8Array, Partial<CheckOptions>, CheckCall, string, number, number]>([
    ['garbage', Buffer.from('garbage'), {}, callWith(), 'bad_check', 3, 400],
    ['no HTTP', encodeCheckRequest({ attributes: {} }), {}, callWith(), 'not_http', 7, 403],
    ['an overload', REQUEST, { maxInflight: 0 }, callWith(), 'overloaded', 14, 503],
    ['no time left', REQUEST, {}, callWith({ deadline: NOW }), 'deadline_exceeded', 14, 503],
    ['a rejection', REQUEST, { decide: () => Promise.reject(broken) }, callWith(), 'internal_error', 13, 500],
    [
      'an exception',
      REQUEST,
      {
        decide: () => {
          throw broken;
        },
      },
      callWith(),
      'internal_error',
      13,
      500,
    ],
  ])('%s is a denial', async (_, bytes, options, call, reason, code, status) => {
    const { check, passed } = checkWith(options);
    const response = await ask(check, bytes, call);
    expect([reasonOf(response), response.status?.code, response.deniedResponse?.status?.code]).toEqual([
      reason,
      code,
      status,
    ]);
    expect(JSON.stringify(response)).not.toContain('secret');
    expect(response.dynamicMetadata?.fields?.['revision']?.stringValue).toBe('c'.repeat(40));
    await check.settled();
    expect(passed.map(({ decision }) => decision.reason)).toEqual([reason]);
  });

  test('the fault of an exception is in the decision', async () => {
    const { check, passed } = checkWith({ decide: () => Promise.reject(broken) });
    await ask(check);
    await check.settled();
    expect(passed[0]?.decision.fault).toBe(broken);
  });

  test.each([
    ['the own deadline', Infinity, 1000],
    ['a little before the deadline of the caller', NOW + 100, 90],
    ['never more than 20 ms before it', NOW + 500, 480],
  ])('denies at %s', async (_, deadline, after) => {
    jest.useFakeTimers({ now: NOW });
    const seen: number[] = [];
    const never = Promise.withResolvers<PendingDecision>();
    const { check, passed } = checkWith({
      clock: Date.now,
      decide: (_attributes, until) => {
        seen.push(until - NOW);
        return never.promise;
      },
    });
    const answered = jest.fn();
    const answer = ask(check, REQUEST, callWith({ deadline })).then((response) => {
      answered();
      return response;
    });
    await jest.advanceTimersByTimeAsync(after - 1);
    expect(answered).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(reasonOf(await answer)).toBe('deadline_exceeded');
    expect(seen).toEqual([after]);
    expect(check.inflight()).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(passed[0]?.decision).toMatchObject({ time: NOW, duration: after * 1000 });
    never.reject(new Error('too late to matter'));
    await jest.advanceTimersByTimeAsync(0);
    expect(check.inflight()).toBe(0);
  });

  test('names the revision that was live when the check began', async () => {
    const before = lettingThrough();
    const after = { ...before, revisionText: 'swapped in meanwhile' };
    let live = before;
    const { check } = checkWith({
      set: () => live,
      decide: () => {
        live = after;
        throw new Error('a fault after the swap');
      },
    });
    const answer = await ask(check);
    expect(reasonOf(answer)).toBe('internal_error');
    expect(answer.dynamicMetadata?.fields?.['revision']?.stringValue).toBe(before.revisionText);
  });

  test('counts decisions under way and denies checks above the bound', async () => {
    const gate = Promise.withResolvers<void>();
    const { check } = checkWith({
      maxInflight: 1,
      decide: async (attributes) => {
        await gate.promise;
        return permission(attributes);
      },
    });
    const first = ask(check);
    expect(check.inflight()).toBe(1);
    expect(reasonOf(await ask(check))).toBe('overloaded');
    gate.resolve();
    expect(reasonOf(await first)).toBe('allowed');
    expect(check.inflight()).toBe(0);
    expect(reasonOf(await ask(check))).toBe('allowed');
  });

  test('a failing clock still gives a denial', async () => {
    const { check } = checkWith({
      clock: () => {
        throw broken;
      },
    });
    const response = await ask(check);
    expect(response.status?.code).toBe(13);
    expect(response.deniedResponse?.status?.code).toBe(500);
  });

  test('a message that the transport refused is a denial', async () => {
    const { check, passed } = checkWith();
    expect(reasonOf(decodeCheckResponse(check.tooLarge(4096, callWith())))).toBe('bad_check');
    await check.settled();
    expect(passed[0]?.decision.fault?.message).toContain('4096');
  });

  test.each<[string, () => void | Promise<void>]>([
    [
      'throws',
      () => {
        throw broken;
      },
    ],
    ['rejects', () => Promise.reject(broken)],
  ])('a listener that %s does not affect answers', async (_, onDecision) => {
    const { check } = checkWith({ onDecision });
    expect(reasonOf(await ask(check))).toBe('allowed');
    await check.settled();
    expect(reasonOf(await ask(check))).toBe('allowed');
    await check.settled();
  });

  test('shadow policies are evaluated after the answer, and their failure loses no record', async () => {
    const order: string[] = [];
    const shadow = [{ policy: 'strict', rule: '', decision: 'deny', reason: 'no_rule' }] as const;
    let fails = false;
    const { check, passed } = checkWith({
      decide: async (attributes) => {
        const { decision } = await permission(attributes);
        return {
          decision,
          deferred: () => {
            order.push('shadow');
            return fails ? Promise.reject(broken) : Promise.resolve({ ...decision, shadow });
          },
        };
      },
    });
    await ask(check);
    order.push('answered');
    await check.settled();
    expect(order).toEqual(['answered', 'shadow']);
    fails = true;
    await ask(check);
    await check.settled();
    expect(passed.map(({ decision }) => decision.shadow)).toEqual([shadow, []]);
  });
});
