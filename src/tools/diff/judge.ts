import { type Decision, decide } from '../../engine/decision/decide.ts';
import type { Services } from '../../engine/decision/services.ts';
import { UNCOUNTED } from '../../engine/limit/uncounted-store.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { verifierOf } from '../../policy/lint/example-attributes.ts';
import { attributesOfCandidate, type Candidate, exampleOf, type Issuers, timeOf } from './candidate.ts';

/** What decided a request, and as what. */
export type Answer = Pick<Decision, 'reason' | 'status' | 'policy' | 'rule'>;

/** The answers of the version before a change and of that after it. */
export interface Answers {
  readonly before: Answer;
  readonly after: Answer;
}

/** The two policy sets in one Environment; `environment` is empty if neither has any. */
export interface Pair {
  readonly environment: string;
  readonly before: PolicySet;
  readonly after: PolicySet;
}

/** Settings of the decisions about candidates. */
export interface Judging {
  readonly issuers: Issuers;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Decides a candidate by both versions; rejects nothing, and counts no limit. */
export async function judge(candidate: Candidate, pair: Pair, { issuers, now }: Judging): Promise<Answers> {
  const example = exampleOf(candidate, issuers);
  const attributes = attributesOfCandidate(candidate, example);
  const time = timeOf(candidate) ?? now;
  const services: Services = {
    clock: () => time,
    monotonic: () => time,
    id: () => '',
    tokens: verifierOf(example, time),
    certificates: { read: () => undefined, issuers: () => undefined },
    xfccTrustedHops: example.caller?.via === 'xfcc' ? 1 : 0,
    limits: UNCOUNTED,
    shadowLimits: UNCOUNTED,
  };
  const answer = async (set: PolicySet): Promise<Answer> => {
    const pending = decide(attributes, set, services);
    return (pending instanceof Promise ? await pending : pending).decision;
  };
  return { before: await answer(pair.before), after: await answer(pair.after) };
}

/** Kind of a difference between two answers; undefined if both allow or both deny. */
export function flipOf({ before, after }: Answers): 'newly_allowed' | 'newly_denied' | undefined {
  const [was, is] = [before.reason === 'allowed', after.reason === 'allowed'];
  return was === is ? undefined : is ? 'newly_allowed' : 'newly_denied';
}
