import type { Attributes } from '../request/attributes.ts';
import type { PolicySet } from '../set/policy-set.ts';
import { aboutRequest } from './about.ts';
import type { DecisionOf } from './decision.ts';
import { denial } from './denial.ts';
import { Facts } from './facts.ts';
import type { Hearing } from './hearing.ts';
import { Ledger } from './ledger.ts';
import type { Changes, Denial } from './outcome.ts';
import { type DenialReason, REASONS } from './reasons.ts';
import { respondDeny } from './respond.ts';
import { type Selection, select } from './select.ts';
import type { Services } from './services.ts';
import { judgeShadows } from './shadow.ts';
import { hear, type Verdict } from './stations.ts';
import { Tokens } from './tokens.ts';

/**
 * The permission to say OK.
 * INVARIANT: only `decide` makes one, and only at the end of a complete evaluation: the class is not exported,
 * and `isAllow` looks at a private field, which nothing else can have.
 */
class AllowPermit {
  readonly #complete = true;
  readonly changes: Changes;

  constructor(changes: Changes) {
    this.changes = changes;
  }

  static is(outcome: AllowPermit | Denial): outcome is AllowPermit {
    return #complete in outcome && outcome.#complete;
  }

  // Or else every permit would lead to the class, and so to another permit.
  static {
    Reflect.deleteProperty(AllowPermit.prototype, 'constructor');
  }
}

export type Allow = AllowPermit;

/** One decision, complete. */
export type Decision = DecisionOf<Allow>;

/** Whether an outcome is the permit that `decide` makes; a look-alike is not. */
export const isAllow: (outcome: Allow | Denial) => outcome is Allow = AllowPermit.is;

/** A decision that can be answered, and what is left to find out when the answer is on its way. */
export interface Ruling {
  readonly decision: Decision;
  /** Judges the shadow policies: the same decision with their verdicts. Absent when none applies. */
  readonly afterwards?: () => Promise<Decision>;
}

/**
 * Decides one request by one policy set, from start to end.
 * `deadline` is in milliseconds of the services' clock: past it nothing is allowed and nothing stays taken.
 * Throws only for a fault of our own, which the caller of this function answers with `internal_error`.
 */
export async function decide(
  attributes: Attributes,
  set: PolicySet | undefined,
  services: Services,
  deadline = Number.POSITIVE_INFINITY,
): Promise<Ruling> {
  const start = services.clock();
  if (set === undefined) {
    return { decision: refuse('not_ready', 'no policy set is live yet', attributes, undefined, services) };
  }
  const hearing: Hearing = {
    facts: new Facts(attributes, start, set, services.xfccTrustedHops),
    tokens: new Tokens(),
    ledger: new Ledger(services.limits),
    services,
  };
  const selection = select(set, hearing.facts);
  let decision: Decision | undefined;
  try {
    const verdict = await judge(selection, hearing, deadline);
    decision = complete(verdict, selection, set, hearing);
  } finally {
    if (decision === undefined || !isAllow(decision.outcome)) hearing.ledger.giveBack();
  }
  if (selection.shadow.length === 0) return { decision };
  const judged = decision;
  return {
    decision,
    afterwards: async () => ({ ...judged, shadow: await judgeShadows(selection.shadow, hearing) }),
  };
}

/** The order of the language page. An answer that comes too late allows nothing, so that it keeps nothing either. */
async function judge(
  { enforcing, refusal }: Selection,
  hearing: Hearing,
  deadline: number,
): Promise<Verdict> {
  if (refusal !== undefined) return { refusal };
  const verdict = await hear(enforcing, hearing);
  if (verdict.refusal !== undefined || hearing.services.clock() < deadline) return verdict;
  return {
    refusal: { reason: 'deadline_exceeded', detail: 'the decision was not complete at the deadline' },
  };
}

/** Everything that is answered, recorded, counted and traced about one decision. */
function complete(verdict: Verdict, { enforcing }: Selection, set: PolicySet, hearing: Hearing): Decision {
  const { facts, tokens, ledger, services } = hearing;
  const { allowing, changes, refusal }: Verdict =
    verdict.refusal === undefined ? verdict : { refusal: respondDeny(verdict.refusal, enforcing, hearing) };
  const outcome = refusal === undefined ? new AllowPermit(changes) : denial(refusal);
  const named = allowing ?? refusal;
  const token = tokens.first;
  return {
    id: services.id(),
    time: facts.now,
    duration: (services.clock() - facts.now) * 1000,
    outcome,
    ...(isAllow(outcome) ? ALLOWED : { reason: outcome.reason, status: outcome.status }),
    policy: named?.policy?.name ?? '',
    rule: named?.rule?.name ?? '',
    revision: set.revision,
    revisionText: set.revisionText,
    ...aboutRequest(facts.attributes, facts.path),
    jwt: token === undefined ? undefined : { issuer: token.issuer, subject: token.subject },
    controls: named?.policy?.controls ?? [],
    limits: ledger.verdicts,
    shadow: [],
    fault: refusal?.fault,
  };
}

const ALLOWED = { reason: 'allowed', status: REASONS.allowed.status } as const;

/**
 * A refusal that no evaluation led to: nothing is live, the message cannot be read, time or room is out. `began` is
 * when the check arrived, for how long it took.
 */
export function refuse(
  reason: DenialReason,
  detail: string,
  about: Attributes | undefined,
  set: PolicySet | undefined,
  services: Pick<Services, 'clock' | 'id'>,
  fault?: Error,
  began = services.clock(),
): Decision {
  const outcome = denial({ reason, detail });
  return {
    id: services.id(),
    time: began,
    duration: (services.clock() - began) * 1000,
    outcome,
    reason,
    status: outcome.status,
    policy: '',
    rule: '',
    revision: set?.revision,
    revisionText: set?.revisionText ?? '',
    ...aboutRequest(about),
    jwt: undefined,
    controls: [],
    limits: [],
    shadow: [],
    fault,
  };
}
