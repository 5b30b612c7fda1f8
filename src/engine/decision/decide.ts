import type { Attributes } from '../request/attributes.ts';
import type { PolicySet } from '../set/policy-set.ts';
import type { DecisionOf } from './decision.ts';
import { denial } from './denial.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { LimitReservations } from './limit-reservations.ts';
import type { Changes, Denial } from './outcome.ts';
import { evaluatePolicies, type Verdict } from './pipeline.ts';
import { type DenialReason, REASONS } from './reasons.ts';
import { RequestContext } from './request-context.ts';
import { requestSummary } from './request-summary.ts';
import { respondDeny } from './respond.ts';
import { type Selection, select } from './select.ts';
import type { Services } from './services.ts';
import { evaluateShadows } from './shadow.ts';
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
export interface PendingDecision {
  readonly decision: Decision;
  /** Judges the shadow policies: the same decision with their verdicts. Absent when none applies. */
  readonly deferred?: () => Promise<Decision>;
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
): Promise<PendingDecision> {
  const start = services.clock();
  if (set === undefined) {
    return { decision: refuse('not_ready', 'no policy set is live yet', attributes, undefined, services) };
  }
  const context: EvaluationContext = {
    request: new RequestContext(attributes, start, set, services),
    tokens: new Tokens(),
    reservations: new LimitReservations(services.limits),
    services,
  };
  const selection = select(set, context.request);
  let decision: Decision | undefined;
  try {
    const verdict = await decideVerdict(selection, context, deadline);
    decision = complete(verdict, selection, set, context);
  } finally {
    if (decision === undefined || !isAllow(decision.outcome)) context.reservations.giveBack();
  }
  if (selection.shadow.length === 0) return { decision };
  const judged = decision;
  return {
    decision,
    deferred: async () => ({ ...judged, shadow: await evaluateShadows(selection.shadow, context) }),
  };
}

/** The order of the language page. An answer that comes too late allows nothing, so that it keeps nothing either. */
async function decideVerdict(
  { enforcing, cause }: Selection,
  context: EvaluationContext,
  deadline: number,
): Promise<Verdict> {
  if (cause !== undefined) return { cause };
  const verdict = await evaluatePolicies(enforcing, context);
  if (verdict.cause !== undefined || context.services.clock() < deadline) return verdict;
  return {
    cause: { reason: 'deadline_exceeded', detail: 'the decision was not complete at the deadline' },
  };
}

/** Everything that is answered, recorded, counted and traced about one decision. */
function complete(
  verdict: Verdict,
  { enforcing }: Selection,
  set: PolicySet,
  context: EvaluationContext,
): Decision {
  const { request, tokens, reservations, services } = context;
  const { allowedBy, changes, cause }: Verdict =
    verdict.cause === undefined ? verdict : { cause: respondDeny(verdict.cause, enforcing, context) };
  const outcome = cause === undefined ? new AllowPermit(changes) : denial(cause);
  const named = allowedBy ?? cause;
  const token = tokens.first;
  return {
    id: services.id(),
    time: request.now,
    duration: (services.clock() - request.now) * 1000,
    outcome,
    ...(isAllow(outcome) ? ALLOWED : { reason: outcome.reason, status: outcome.status }),
    policy: named?.policy?.name ?? '',
    rule: named?.rule?.name ?? '',
    revision: set.revision,
    revisionText: set.revisionText,
    ...requestSummary(request.attributes, request.path),
    jwt: token === undefined ? undefined : { issuer: token.issuer, subject: token.subject },
    controls: named?.policy?.controls ?? [],
    limits: reservations.verdicts,
    shadow: [],
    fault: cause?.fault,
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
    ...requestSummary(about),
    jwt: undefined,
    controls: [],
    limits: [],
    shadow: [],
    fault,
  };
}
