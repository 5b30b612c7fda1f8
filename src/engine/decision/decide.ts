import type { Attributes } from '../request/attributes.ts';
import { matchesHost } from '../request/host.ts';
import type { PolicySet } from '../set/policy-set.ts';
import type { DecisionOf } from './decision.ts';
import { denialOf } from './denial.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { Identities } from './identities.ts';
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
import type { DecisionTrace } from './trace.ts';

/**
 * Permission to answer OK.
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

  // Otherwise every permit would lead to the class, and so to another permit.
  static {
    Reflect.deleteProperty(AllowPermit.prototype, 'constructor');
  }
}

export type Allow = AllowPermit;

/** One decision, complete. */
export type Decision = DecisionOf<Allow>;

/** True if an outcome is a permit made by `decide`; an object of the same shape is not. */
export const isAllow: (outcome: Allow | Denial) => outcome is Allow = AllowPermit.is;

/** A decision that can be answered, with the work that can wait until the answer is sent. */
export interface PendingDecision {
  readonly decision: Decision;
  /** Evaluates the shadow policies: the same decision with their verdicts. Absent if no shadow policy applies. */
  readonly deferred?: () => Promise<Decision>;
}

/**
 * Decides one request by one policy set, from start to end.
 * `deadline` is in milliseconds of the services' clock: after it nothing is allowed and limits get back what was taken.
 * `trace` receives the steps. Throws only for a fault of our own, which the caller answers with `internal_error`.
 */
export async function decide(
  attributes: Attributes,
  set: PolicySet | undefined,
  services: Services,
  deadline = Number.POSITIVE_INFINITY,
  trace?: DecisionTrace,
): Promise<PendingDecision> {
  const start = services.clock();
  if (set === undefined) {
    return {
      decision: denyUnevaluated('not_ready', 'no policy set is live yet', attributes, undefined, services),
    };
  }
  const context: EvaluationContext = {
    request: new RequestContext(attributes, start, set, services, trace),
    identities: new Identities(),
    reservations: new LimitReservations(services.limits),
    services,
  };
  const selection = isServed(context.request.matching.host, services.hosts)
    ? select(set, context.request)
    : UNKNOWN_HOST;
  let decision: Decision | undefined;
  try {
    const verdict = await verdictOf(selection, context, deadline);
    decision = complete(verdict, selection, set, context);
  } finally {
    if (decision === undefined || !isAllow(decision.outcome)) context.reservations.giveBack();
  }
  if (selection.shadow.length === 0) return { decision };
  const evaluated = decision;
  return {
    decision,
    deferred: async () => ({ ...evaluated, shadow: await evaluateShadows(selection.shadow, context) }),
  };
}

/** The policies of other services, which the caller may name by `Host`, are not for this one. */
const UNKNOWN_HOST: Selection = {
  enforcing: [],
  shadow: [],
  cause: { reason: 'unknown_host', detail: 'the host is not served here' },
};

function isServed(host: string, served: Services['hosts'] = []): boolean {
  return served.length === 0 || served.some((pattern) => matchesHost(pattern, host));
}

/** Evaluates the enforcing policies; a verdict after the deadline is a denial, so limits get back what was taken. */
async function verdictOf(
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

/** The decision with everything that is answered, recorded, counted and traced about it. */
function complete(
  verdict: Verdict,
  { enforcing }: Selection,
  set: PolicySet,
  context: EvaluationContext,
): Decision {
  const { request, identities, reservations, services } = context;
  const { allowedBy, changes, cause }: Verdict =
    verdict.cause === undefined ? verdict : { cause: respondDeny(verdict.cause, enforcing, context) };
  request.trace?.report({ kind: 'verdict', shadow: undefined, cause });
  const outcome = cause === undefined ? new AllowPermit(changes) : denialOf(cause);
  const named = allowedBy ?? cause;
  const { token, caller } = identities;
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
    environment: set.environment,
    ...requestSummary(request.attributes, request.path),
    caller,
    jwt: token === undefined ? undefined : { issuer: token.issuer, subject: token.subject },
    controls: named?.policy?.controls ?? [],
    limits: reservations.verdicts,
    shadow: [],
    fault: cause?.fault,
  };
}

const ALLOWED = { reason: 'allowed', status: REASONS.allowed.status } as const;

/**
 * A denial without evaluation: no policy set is live, the message cannot be read, or time or capacity is exhausted.
 * `began` is the time of arrival of the check, from which the duration is measured.
 */
export function denyUnevaluated(
  reason: DenialReason,
  detail: string,
  about: Attributes | undefined,
  set: PolicySet | undefined,
  services: Pick<Services, 'clock' | 'id'>,
  fault?: Error,
  began = services.clock(),
): Decision {
  const outcome = denialOf({ reason, detail });
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
    environment: set?.environment ?? '',
    ...requestSummary(about),
    caller: undefined,
    jwt: undefined,
    controls: [],
    limits: [],
    shadow: [],
    fault,
  };
}
