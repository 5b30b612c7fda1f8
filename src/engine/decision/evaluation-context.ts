import type { LimitReservations } from './limit-reservations.ts';
import type { RequestContext } from './request-context.ts';
import type { Services } from './services.ts';
import type { Tokens } from './tokens.ts';

/** One request being heard: what it says, what was proven about it so far, and what it has taken. */
export interface EvaluationContext {
  readonly request: RequestContext;
  readonly tokens: Tokens;
  readonly reservations: LimitReservations;
  readonly services: Services;
}
