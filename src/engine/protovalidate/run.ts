import type { DescField, DescOneof } from '@bufbuild/protobuf';
import { spend } from '../../cel/value/budget.ts';
import { type Instant, Timestamp } from '../../cel/value/timestamp.ts';
import type { CelRule, Place } from './plan.ts';

/** Part of the path of a value: a field, an index of a list, or a key of a map as the library for protobuf stores it. */
export type PathPart = DescField | DescOneof | IndexPart | KeyPart;

/** The element of a list that is checked. One object serves the whole list. */
export interface IndexPart {
  readonly kind: 'index';
  at: number;
}

/** As `IndexPart`, for the entries of a map. */
export interface KeyPart {
  readonly kind: 'key';
  at: string;
}

/** A rule that does not hold. */
export interface Violation {
  readonly id: string;
  readonly text: string;
  /** True if the text may show a part of the message. */
  readonly isPrivate: boolean;
  readonly path: readonly PathPart[];
  /** Place of the rule in the options of its field. */
  readonly place: Place;
  /** True for a rule of the key of a map. */
  readonly isOfKey: boolean;
}

/** The time of the request. */
export type Clock = () => Instant;

/** The names that expressions read. One object serves all rules of a run. */
class Activation {
  this: unknown;
  readonly #clock: Clock;
  #now: Timestamp | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get now(): Timestamp {
    if (this.#now === undefined) {
      const { seconds, nanos } = this.#clock();
      this.#now = new Timestamp(seconds, nanos);
    }
    return this.#now;
  }
}

/** One evaluation of the rules of messages, with what it has found. */
export class Run {
  readonly violations: Violation[] = [];
  /** Number of all violations, of which `violations` has the first. */
  count = 0;
  /** The rule that is evaluated. */
  rule: CelRule | undefined;
  readonly #activation: Activation & Readonly<Record<string, unknown>>;
  readonly #most: number;
  readonly #path: PathPart[] = [];

  /** `most`: number of violations that are kept. */
  constructor(clock: Clock, most: number) {
    this.#activation = new Activation(clock) as Activation & Record<string, unknown>;
    this.#most = most;
  }

  enter(part: PathPart): void {
    this.#path.push(part);
  }

  leave(): void {
    this.#path.pop();
  }

  /** Evaluates rules about one value. */
  evaluate(rules: readonly CelRule[], value: unknown, isOfKey: boolean): void {
    spend(1);
    this.#activation.this = value;
    for (const rule of rules) {
      this.rule = rule;
      const outcome = rule.evaluate(this.#activation);
      if (outcome === true || outcome === '') continue;
      this.#refuse(rule, outcome, isOfKey);
    }
  }

  #refuse(rule: CelRule, outcome: unknown, isOfKey: boolean): void {
    const { id, message, whenFalse, place } = rule;
    const computed = message === '' && typeof outcome === 'string' ? outcome : undefined;
    const text = computed ?? (message === '' ? whenFalse : message);
    this.violate(id, text, place, { isOfKey, isPrivate: computed !== undefined && rule.isPrivate });
  }

  violate(id: string, text: string, place: Place, { isOfKey = false, isPrivate = false } = {}): void {
    this.count += 1;
    if (this.violations.length === this.#most) return;
    const path = this.#path.map((part) => ('at' in part ? { ...part } : part));
    this.violations.push({ id, text, isPrivate, path, place, isOfKey });
  }
}
