import type { DescMessage, Message } from '@bufbuild/protobuf';
import { failureOf } from '../../cel/codegen/load-program.ts';
import { beginBudget, endBudget } from '../../cel/value/budget.ts';
import { Failure } from '../../cel/value/failure.ts';
import type { MessageRegistry } from '../../protobuf/message-registry.ts';
import { maker } from '../../recipe/recipe.ts';
// These modules have the recipes of what rules call and hold.
import './functions.ts';
import './rule-types.ts';
import { type MessageChecker, messageChecker } from './message-checker.ts';
import type { MessagePlan } from './plan.ts';
import { type Clock, Run, type Violation } from './run.ts';

/** Steps that the rules of all messages of a body may take, some 50 milliseconds. */
const MOST_STEPS = 500_000;

/** Outcome of the evaluation of the rules. */
export type Outcome =
  | { readonly kind: 'valid' }
  /** `count`: number of all violations. `message`: index of the message that has them. */
  | {
      readonly kind: 'invalid';
      readonly violations: readonly Violation[];
      readonly count: number;
      readonly message: number;
    }
  /** The rules took too many steps. */
  | { readonly kind: 'costly' }
  /** A rule could not be evaluated for this message. */
  | { readonly kind: 'fault'; readonly fault: Error };

const VALID: Outcome = { kind: 'valid' };

/** The `buf.validate` rules of the messages of a descriptor set. */
export class MessageRules {
  readonly #checkers: ReadonlyMap<string, MessageChecker>;

  constructor(checkers: readonly MessageChecker[]) {
    this.#checkers = new Map(checkers.map((each) => [each.type.typeName, each]));
    for (const each of checkers) each.link((name) => this.#checkers.get(name));
  }

  /**
   * Evaluates the rules of messages of one type, up to the first message that breaks one. `most`: number of violations
   * that are described.
   */
  check(type: DescMessage, messages: readonly Message[], clock: Clock, most: number): Outcome {
    const checker = this.#checkers.get(type.typeName);
    if (checker === undefined) return VALID;
    const run = new Run(clock, most);
    const outer = beginBudget(MOST_STEPS);
    try {
      for (const [index, message] of messages.entries()) {
        checker.check(message, run);
        const { violations, count } = run;
        if (count > 0) return { kind: 'invalid', violations, count, message: index };
      }
      return VALID;
    } catch (error) {
      return outcomeOf(error, run);
    } finally {
      endBudget(outer);
    }
  }
}

function outcomeOf(error: unknown, { rule }: Run): Outcome {
  if (error instanceof Failure && error.code === 'too_many_steps') return { kind: 'costly' };
  const { message } = failureOf(error);
  const fault = new Error(`the rule \`${rule?.id ?? ''}\` failed: ${message}`, { cause: error });
  return { kind: 'fault', fault };
}

/** The rules of plans, which need not be compiled again. */
export function messageRules(types: MessageRegistry, plans: readonly MessagePlan[]): MessageRules {
  return linked(plans.map((plan) => messageChecker(types, plan)));
}

const linked = maker(
  'protovalidate.rules',
  (checkers: readonly MessageChecker[]): MessageRules => new MessageRules(checkers),
);
