import type { FileRegistry } from '@bufbuild/protobuf';
import { createEnvironment, type Environment } from '../../cel/check/environment.ts';
import { compilePart } from '../../cel/compile.ts';
import type { Type } from '../../cel/value/type.ts';
import type { MessageRegistry } from '../../protobuf/message-registry.ts';
import { RULE_FUNCTIONS } from './functions.ts';
import { type KnownValue, withKnownValues } from './known-values.ts';
import type { CelRule, Place } from './plan.ts';
import { RuleMistake } from './rule-mistake.ts';
import { ruleTypes } from './rule-types.ts';

/** An expression as it is written. */
export interface WrittenRule {
  readonly id: string;
  readonly message: string;
  readonly expression: string;
}

/** Subject of the expression of a rule. */
interface Subject {
  /** Type of `this`. */
  readonly type: Type;
  /** `rules` and `rule`, with a text that is the same only for the same values. */
  readonly known?: { readonly key: string; readonly values: ReadonlyMap<string, KnownValue> };
  readonly place: Place;
  /** True if the rule is one of protovalidate. */
  readonly isStandard: boolean;
}

/** Different expressions of a descriptor set, each with its values and type: some 4 seconds of compilation. */
const MOST_EXPRESSIONS = 10_000;
/** Instructions of RE2 in all patterns together. */
const MOST_INSTRUCTIONS = 50_000;

let shared: Environment | undefined;

/** The functions and names of the rules, without `this`. */
function environment(): Environment {
  shared ??= createEnvironment({ now: { type: 'timestamp' } }, RULE_FUNCTIONS);
  return shared;
}

/** Compiler of the expressions of one descriptor set. Equal expressions about equal types share a function. */
export class RuleCompiler {
  readonly types: MessageRegistry;
  readonly #environments = new Map<string, Environment>();
  readonly #known = new Map<string, CelRule['evaluate'] | undefined>();
  #instructions = 0;

  constructor(types: { readonly files: FileRegistry }) {
    this.types = ruleTypes(types);
  }

  /** The rule; undefined if it always holds. Throws a `RuleMistake` if it is not valid. */
  compile(rule: WrittenRule, subject: Subject): CelRule | undefined {
    const { id, message, expression } = rule;
    const { place, isStandard } = subject;
    const evaluate = this.#functionOf(rule, subject);
    const whenFalse = `"${expression}" returned false`;
    return evaluate && { id, message, whenFalse, isPrivate: !isStandard, evaluate, place };
  }

  #functionOf(rule: WrittenRule, subject: Subject): CelRule['evaluate'] | undefined {
    const key = [JSON.stringify(subject.type), subject.known?.key ?? '', rule.expression].join('\0');
    if (this.#known.has(key)) return this.#known.get(key);
    if (this.#known.size === MOST_EXPRESSIONS) {
      throw new RuleMistake(`the descriptor set has more than ${MOST_EXPRESSIONS} different rules`);
    }
    const made = this.#make(rule, subject);
    this.#known.set(key, made);
    return made;
  }

  #make({ id, expression }: WrittenRule, { type, known }: Subject): CelRule['evaluate'] | undefined {
    const values = known?.values ?? new Map<string, KnownValue>();
    const compiled = compilePart(
      expression,
      this.#environmentOf(type),
      { result: ['bool', 'string'] },
      (parsed) => withKnownValues(parsed, values, (message, field) => this.types.fieldOf(message, field)),
    );
    if (compiled.problems !== undefined) {
      const [first] = compiled.problems;
      const at = first === undefined ? '' : ` at character ${first.start + 1} of \`${expression}\``;
      throw new RuleMistake(`rule \`${id}\`: ${first?.message ?? 'it is not valid'}${at}`);
    }
    this.#instructions += compiled.instructions;
    if (this.#instructions > MOST_INSTRUCTIONS) {
      throw new RuleMistake(`rule \`${id}\`: the patterns of all rules together are too large`);
    }
    const always = compiled.constant?.value;
    return always === true || always === '' ? undefined : compiled.create();
  }

  #environmentOf(type: Type): Environment {
    const key = JSON.stringify(type);
    const before = this.#environments.get(key);
    if (before !== undefined) return before;
    const base = environment();
    const made: Environment = {
      ...base,
      roots: new Map(base.roots).set('this', type),
      names: new Map(base.names).set('this', type),
      messages: this.types,
    };
    this.#environments.set(key, made);
    return made;
  }
}
