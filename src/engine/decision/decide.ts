import type { Attributes } from '../request/attributes.ts';
import { matchesHost } from '../request/host.ts';
import type { PolicySet } from '../set/policy-set.ts';
import type { DecisionOf } from './decision.ts';
import { denialOf } from './denial.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { Awaitable } from './first-of.ts';
import { Identities } from './identities.ts';
import { LimitReservations } from './limit-reservations.ts';
import { type Changes, type Denial, NO_CHANGES } from './outcome.ts';
import { evaluatePolicies, type Verdict } from './pipeline.ts';
import { type DenialReason, REASONS } from './reasons.ts';
import { RequestContext } from './request-context.ts';
import { NO_PEER, NO_REQUEST, RequestSummary } from './request-summary.ts';
import { respondDeny } from './respond.ts';
import { type Selection, select } from './select.ts';
import type { Services } from './services.ts';
import { evaluateShadows } from './shadow.ts';
import { haveShadowRules } from './shadow-rules.ts';
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
  /** Evaluates shadow policies and shadow rules: the same decision with their verdicts. Absent if none applies. */
  readonly deferred?: () => Promise<Decision>;
}

/**
 * Decides one request by one policy set, from start to end. A promise only if a step must wait: for the first
 * verification of a token, for keys, for a shared store of limits.
 * `deadline` is in milliseconds of the services' clock: after it nothing is allowed and limits get back what was taken.
 * `trace` receives the steps. `start` is the time at which the decision began, by the same clock.
 * Throws, and rejects, only for a fault of our own, which the caller answers with `internal_error`.
 */
export function decide(
  attributes: Attributes,
  set: PolicySet | undefined,
  services: Services,
  deadline = Number.POSITIVE_INFINITY,
  trace?: DecisionTrace,
  start = services.clock(),
): Awaitable<PendingDecision> {
  if (set === undefined) {
    return {
      decision: denyUnevaluated('not_ready', 'no policy set is live yet', attributes, undefined, services),
    };
  }
  const context: EvaluationContext = {
    request: new RequestContext(attributes, start, set, services, trace),
    identities: new Identities(),
    reservations: new LimitReservations(services.limits, services.monotonic, services.reading?.()),
    services,
  };
  const selection = isServed(context.request.matching.host, services.hosts)
    ? select(set, context.request)
    : UNKNOWN_HOST;
  const undecided: Undecided = { set, selection, context, deadline };
  try {
    const { cause, enforcing } = selection;
    const verdict: Awaitable<Verdict> =
      cause === undefined ? evaluatePolicies(enforcing, context) : { cause, isBeforeRules: true };
    if (!(verdict instanceof Promise)) return conclude(verdict, undecided);
    context.reservations.wait();
    return verdict
      .then((late) => conclude(late, undecided))
      .catch((fault: unknown) => undo(undecided, fault));
  } catch (fault) {
    return undo(undecided, fault);
  }
}

/** One request on its way to a decision. */
interface Undecided {
  readonly set: PolicySet;
  readonly selection: Selection;
  readonly context: EvaluationContext;
  readonly deadline: number;
}

/** A fault of our own leaves no limit used. */
function undo({ context }: Undecided, fault: unknown): never {
  context.reservations.giveBack();
  throw fault;
}

/** The policies of other services, which the caller may name by `Host`, are not for this one. */
const UNKNOWN_HOST: Selection = {
  enforcing: [],
  shadow: [],
  cause: { reason: 'unknown_host', detail: 'the host is not served here' },
};

function isServed(host: string, served: Services['hosts'] = NO_HOSTS): boolean {
  return served.length === 0 || served.some((pattern) => matchesHost(pattern, host));
}

const NO_HOSTS: NonNullable<Services['hosts']> = [];

/** A verdict after the deadline is a denial, so limits get back what was taken. */
function conclude(verdict: Verdict, undecided: Undecided): PendingDecision {
  const { selection, context, deadline } = undecided;
  const now = context.services.clock();
  const isLate = verdict.cause === undefined && now >= deadline;
  const decision = complete(isLate ? LATE : verdict, undecided, now);
  if (!isAllow(decision.outcome)) context.reservations.giveBack();
  if (selection.shadow.length === 0 && !haveShadowRules(selection.enforcing)) return { decision };
  const final = isLate ? LATE : verdict;
  return {
    decision,
    deferred: async () => ({ ...decision, shadow: await evaluateShadows(selection, final, context) }),
  };
}

const LATE: Verdict = {
  cause: { reason: 'deadline_exceeded', detail: 'the decision was not complete at the deadline' },
  isBeforeRules: true,
};

/** The decision with everything that is answered, recorded, counted and traced about it. */
function complete(verdict: Verdict, undecided: Undecided, now: number): Decision {
  const { set, selection, context } = undecided;
  const { request, identities, reservations, services } = context;
  const { allowedBy, changes } = verdict;
  const cause = verdict.cause && respondDeny(verdict.cause, selection.enforcing, context);
  request.trace?.report({ kind: 'verdict', shadow: undefined, cause });
  const denial = cause && denialOf(cause);
  const outcome = denial ?? new AllowPermit(changes ?? NO_CHANGES);
  const { policy, rule } = allowedBy ?? cause ?? NOBODY_DECIDED;
  const { attributes } = request;
  const { token, caller } = identities;
  return {
    id: services.id(),
    time: request.now,
    duration: (now - request.now) * 1000,
    outcome,
    reason: denial?.reason ?? 'allowed',
    status: denial?.status ?? REASONS.allowed.status,
    policy: policy?.name ?? '',
    rule: rule?.name ?? '',
    revision: set.revision,
    revisionText: set.revisionText,
    environment: set.environment,
    request: new RequestSummary(attributes, request.path.path),
    source: attributes.source,
    destination: attributes.destination,
    caller,
    jwt: token === undefined ? undefined : { issuer: token.issuer, subject: token.subject },
    controls: policy?.controls ?? NO_CONTROLS,
    limits: reservations.verdicts,
    shadow: NO_SHADOWS,
    recordable: undecided,
    fault: cause?.fault,
  };
}

const NOBODY_DECIDED = { policy: undefined, rule: undefined };
const NO_CONTROLS: Decision['controls'] = Object.freeze([]);
const NO_LIMITS: Decision['limits'] = Object.freeze([]);
const NO_SHADOWS: Decision['shadow'] = Object.freeze([]);

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
    request: about === undefined ? NO_REQUEST : new RequestSummary(about),
    source: about?.source ?? NO_PEER,
    destination: about?.destination ?? NO_PEER,
    caller: undefined,
    jwt: undefined,
    controls: NO_CONTROLS,
    limits: NO_LIMITS,
    shadow: NO_SHADOWS,
    recordable: undefined,
    fault,
  };
}
