import type { Facts } from './facts.ts';
import type { Ledger } from './ledger.ts';
import type { Services } from './services.ts';
import type { Tokens } from './tokens.ts';

/** One request being heard: what it says, what was proven about it so far, and what it has taken. */
export interface Hearing {
  readonly facts: Facts;
  readonly tokens: Tokens;
  readonly ledger: Ledger;
  readonly services: Services;
}
