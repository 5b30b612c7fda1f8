import type { Identities } from './identities.ts';
import type { LimitReservations } from './limit-reservations.ts';
import type { RequestContext } from './request-context.ts';
import type { Services } from './services.ts';

/** State of the evaluation of one request: its values, its authenticated callers, and what it has taken from limits. */
export interface EvaluationContext {
  readonly request: RequestContext;
  readonly identities: Identities;
  readonly reservations: LimitReservations;
  readonly services: Services;
}
