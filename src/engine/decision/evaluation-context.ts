import type { LimitReservations } from './limit-reservations.ts';
import type { RequestContext } from './request-context.ts';
import type { Services } from './services.ts';
import type { Tokens } from './tokens.ts';

/** State of the evaluation of one request: its values, its verified tokens, and what it has taken from limits. */
export interface EvaluationContext {
  readonly request: RequestContext;
  readonly tokens: Tokens;
  readonly reservations: LimitReservations;
  readonly services: Services;
}
