import {
  type Activation,
  EvaluationError,
  evaluatedBy,
  type Part,
  type Program,
  type Value,
} from '../../cel/interpret/program.ts';
import type { BodyDenial } from '../../engine/schema/body-schema.ts';
import type {
  CompiledLimit,
  CompiledMatch,
  CompiledPolicy,
  CompiledRespond,
  CompiledRule,
  CompiledSchema,
  PolicySet,
  ResponseValue,
} from '../../engine/set/policy-set.ts';

/** What an expression came to, and each part of it that was evaluated. */
export interface Evaluation {
  /** What the expression is for: `when`, `key`, `cost`, or the name of a header. */
  readonly role: string;
  readonly source: string;
  readonly outcome: Value | EvaluationError;
  /** Each before those that it consists of; without those that are written out. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly text: string;
  readonly depth: number;
  /** Empty: it was not needed. More than one in a comprehension. */
  readonly outcomes: readonly (Value | EvaluationError)[];
}

/** A piece of a policy that something can be asked of. */
type Place = object;

/**
 * A policy set that decides as the one that it was made of, and remembers what was asked of it. A place is an object
 * of the original set: a rule, a limit, a schema, an entry of a match, the values of a response.
 */
export class Watch {
  readonly set: PolicySet;
  readonly #evaluations = new Map<Place, Evaluation[]>();
  readonly #prepared = new Set<Place>();
  readonly #bodies = new Map<CompiledSchema, BodyDenial | undefined>();

  constructor(set: PolicySet) {
    this.set = { ...set, policies: set.policies.map((policy) => this.#policy(policy)) };
  }

  /** Whether a rule, limit or schema was looked at. */
  wasAsked(place: CompiledRule | CompiledLimit | CompiledSchema): boolean {
    return this.#prepared.has(place);
  }

  /** In the order in which they were evaluated. */
  evaluationsOf(place: Place): readonly Evaluation[] {
    return this.#evaluations.get(place) ?? [];
  }

  /** Whether a schema judged a body, and what it had against it. */
  bodyOf(schema: CompiledSchema): { readonly denial: BodyDenial | undefined } | undefined {
    return this.#bodies.has(schema) ? { denial: this.#bodies.get(schema) } : undefined;
  }

  #policy(policy: CompiledPolicy): CompiledPolicy {
    return {
      ...policy,
      match: this.#match(policy.match),
      variables: new Map(
        [...policy.variables].map(([name, program]) => [
          name,
          this.#watched(program, policy.variables, `variables.${name}`),
        ]),
      ),
      denyRules: policy.denyRules.map((rule) => this.#rule(rule)),
      allowRules: policy.allowRules.map((rule) => this.#rule(rule)),
      schemas: policy.schemas.map((schema) => this.#schema(schema)),
      firstLimits: policy.firstLimits.map((limit) => this.#limit(limit)),
      lastLimits: policy.lastLimits.map((limit) => this.#limit(limit)),
      respond: this.#respond(policy.respond),
    };
  }

  #match(match: readonly CompiledMatch[]): readonly CompiledMatch[] {
    return match.map((entry) => ({ ...entry, when: this.#program(entry.when, entry, 'when') }));
  }

  #rule(rule: CompiledRule): CompiledRule {
    const match = this.#match(rule.match);
    const watched = { ...rule, when: this.#program(rule.when, rule, 'when') };
    return this.#asking(watched, rule, 'match', match);
  }

  #schema(schema: CompiledSchema): CompiledSchema {
    const match = this.#match(schema.match);
    const body: CompiledSchema['body'] = {
      ...schema.body,
      validate: (value) => {
        const denial = schema.body.validate(value);
        this.#bodies.set(schema, denial);
        return denial;
      },
    };
    return this.#asking({ ...schema, body }, schema, 'match', match);
  }

  #limit(limit: CompiledLimit): CompiledLimit {
    const watched = {
      ...limit,
      key: limit.key.map((key) => this.#watched(key, limit, 'key')),
      cost: this.#program(limit.cost, limit, 'cost'),
    };
    return this.#asking(watched, limit, 'when', this.#program(limit.when, limit, 'when'));
  }

  #respond({ allow, deny }: CompiledRespond): CompiledRespond {
    const { requestHeaders, responseHeaders, query, metadata } = allow;
    return {
      allow: {
        requestHeaders: {
          ...requestHeaders,
          set: this.#values(requestHeaders.set),
          append: this.#values(requestHeaders.append),
        },
        responseHeaders: {
          set: this.#values(responseHeaders.set),
          append: this.#values(responseHeaders.append),
        },
        query: { ...query, set: this.#values(query.set) },
        metadata: this.#values(metadata),
      },
      deny: {
        headers: { set: this.#values(deny.headers.set) },
        body: deny.body === undefined ? undefined : this.#value(deny.body, deny, 'body'),
      },
    };
  }

  #values(values: ReadonlyMap<string, ResponseValue>): ReadonlyMap<string, ResponseValue> {
    return new Map([...values].map(([name, value]) => [name, this.#value(value, values, name)]));
  }

  #value(value: ResponseValue, place: Place, role: string): ResponseValue {
    return typeof value === 'string' ? value : this.#watched(value, place, role);
  }

  /** Whoever asks something of a rule, limit or schema reads this member of it first. */
  #asking<T extends object, K extends keyof T>(watched: T, place: T, member: K, value: T[K]): T {
    return Object.defineProperty(watched, member, {
      enumerable: true,
      get: () => {
        this.#prepared.add(place);
        return value;
      },
    });
  }

  #program(program: Program | undefined, place: Place, role: string): Program | undefined {
    return program === undefined ? undefined : this.#watched(program, place, role);
  }

  #watched(program: Program, place: Place, role: string): Program {
    return evaluatedBy(program, (activation) => {
      const evaluation = evaluationOf(program, activation, role);
      const before = this.#evaluations.get(place);
      if (before === undefined) this.#evaluations.set(place, [evaluation]);
      else before.push(evaluation);
      return evaluation.outcome;
    });
  }
}

/** Evaluates an expression and keeps what its parts came to. */
export function evaluationOf(program: Program, activation: Activation, role: string): Evaluation {
  const outcomes = new Map<Part, (Value | EvaluationError)[]>();
  const outcome = program.trace(activation, (part, value) => {
    const before = outcomes.get(part);
    if (before === undefined) outcomes.set(part, [value]);
    else before.push(value);
  });
  const steps: Step[] = [];
  // A part that has no value of its own (the `source.spiffe` of `source.spiffe.path`) is left out with what is below.
  let hidden = Number.POSITIVE_INFINITY;
  for (const part of program.parts) {
    if (part.depth > hidden) continue;
    hidden = Number.POSITIVE_INFINITY;
    const { start, end, depth } = part;
    const text = program.source.slice(start, end);
    const came = outcomes.get(part) ?? [];
    const isOfName = came.length === 0 && /^[\w.]+$/.test(text) && program.source[end] === '.';
    if (part.isLiteral || isOfName) {
      hidden = depth;
      continue;
    }
    steps.push({ text: text.replaceAll(/\s+/g, ' ').trim(), depth, outcomes: came });
    // What was not needed is one line.
    if (came.length === 0) hidden = depth;
  }
  return { role, source: program.source.trim(), outcome, steps };
}

/** Whether an expression failed. */
export function failed(outcome: Value | EvaluationError): outcome is EvaluationError {
  return outcome instanceof EvaluationError;
}
