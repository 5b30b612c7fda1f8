import { create, type DescMessage, type Message, type Registry } from '@bufbuild/protobuf';
import type { Path } from '@bufbuild/protobuf/reflect';
import {
  createValidator,
  type ValidationResult,
  type Validator,
  type Violation,
} from '@bufbuild/protovalidate';
import { RE2JS } from 're2js';
import type { BodyDenial } from '../schema/body-schema.ts';
import type { Descriptors } from './method.ts';
import { loopsOf } from './rule-loops.ts';
import { type WrittenRule, type WrittenRules, writtenRules } from './written-rules.ts';

/** Fields that a denial names. */
const MOST_NAMED = 4;
/** Characters of one violation in a denial. */
const MOST_SHOWN = 160;
/** Steps of the loops of one expression, which grow with a power of the number of values. */
const MOST_STEPS = 500_000;

const TOO_MANY_STEPS: BodyDenial = {
  reason: 'schema_violation',
  detail: 'the message takes too many steps to compare with the rules',
};

/** A rule that could not be evaluated for a message: a mistake of its author, which denies. */
export interface RuleFault {
  readonly fault: Error;
}

/** A rule that cannot be compiled. */
export interface RuleProblem {
  /** The field or message that has the rule. */
  readonly owner: string;
  readonly problem: string;
}

/** The `buf.validate` rules of the messages of a descriptor set. */
export class MessageRules {
  readonly #registry: Registry;
  readonly #validator: Validator;
  readonly #written: WrittenRules;
  /** Messages with a rule, in themselves or in a message within, with the loops of their expressions. */
  readonly #loops = new Map<DescMessage, number>();
  /** Expressions by the id of their rule. */
  readonly #byId: ReadonlyMap<string, readonly WrittenRule[]>;

  constructor({ registry }: Pick<Descriptors, 'registry'>) {
    this.#registry = registry;
    this.#validator = createValidator({ registry, regexMatch: matches });
    this.#written = writtenRules(registry);
    this.#byId = Map.groupBy(this.#written.all, ({ id }) => id);
  }

  /**
   * Compiles the rules of a message, so that no request waits for it. Returns what is wrong with them; undefined if they
   * can be evaluated.
   */
  prepare(type: DescMessage): RuleProblem | undefined {
    if (this.#loops.has(type) || !this.#written.concern(type)) return undefined;
    let most = 0;
    for (const { owner, expression } of this.#written.of(type)) {
      try {
        most = Math.max(most, loopsOf(expression));
      } catch {
        return { owner, problem: `\`${expression}\` is not a CEL expression` };
      }
    }
    const { kind, error } = this.#validator.validate(type, create(type));
    if (kind === 'error' && error.name === 'CompilationError')
      return { owner: type.typeName, problem: error.message };
    this.#loops.set(type, most);
    return undefined;
  }

  /** As `prepare`, by the name of a message that has been found to have valid rules. */
  prepareNamed(name: string): void {
    const type = this.#registry.getMessage(name);
    if (type !== undefined) this.prepare(type);
  }

  /** Denial of a message that breaks its rules; undefined if they hold. `values`: number of values in the body. */
  check(type: DescMessage, message: Message, values: number): BodyDenial | RuleFault | undefined {
    const loops = this.#loops.get(type);
    if (loops === undefined) return undefined;
    if (loops > 1 && values ** loops > MOST_STEPS) return TOO_MANY_STEPS;
    const result = this.validate(type, message);
    switch (result.kind) {
      case 'valid':
        return undefined;
      case 'error':
        return { fault: result.error };
      case 'invalid':
        return { reason: 'schema_violation', detail: this.#detail(result.violations) };
    }
  }

  /** The result of the library, with every violation. */
  validate(type: DescMessage, message: Message): ValidationResult {
    return this.#validator.validate(type, message);
  }

  #detail(violations: readonly Violation[]): string {
    const shown = violations.slice(0, MOST_NAMED).map((each) => this.#shown(each));
    const more = violations.length - shown.length;
    return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
  }

  #shown({ field, message, ruleId, forKey }: Violation): string {
    const wanted = this.#isWritten(ruleId, message) ? message : `does not fit the rule \`${ruleId}\``;
    const what = wanted.length > MOST_SHOWN ? `${wanted.slice(0, MOST_SHOWN)}...` : wanted;
    const place = field.length === 0 ? 'the message' : `\`${pathText(field)}\``;
    return `${forKey ? `a key of ${place}` : place}: ${what}`;
  }

  /** False for a text that an expression of an author has made, which may show a value of the message. */
  #isWritten(ruleId: string, text: string): boolean {
    const own = this.#byId.get(ruleId);
    return (
      own === undefined ||
      own.some(({ message, expression }) => text === message || text === `"${expression}" returned false`)
    );
  }
}

/** The path of a field. A key of a map is a part of the body, and is not shown. */
function pathText(path: Path): string {
  return path
    .map((part, index) => {
      if (part.kind === 'list_sub') return `[${part.index}]`;
      if (part.kind === 'map_sub') return '[...]';
      const name = part.kind === 'extension' ? `(${part.typeName})` : part.name;
      return index === 0 ? name : `.${name}`;
    })
    .join('');
}

/** Compiled patterns, of which most are those of the descriptor set. */
const patterns = new Map<string, RE2JS>();
const MOST_PATTERNS = 1_000;
/** A pattern may come out of the message: a long one is not compiled. */
const LONGEST_PATTERN = 1_000;

/** RE2, which takes time in proportion to the text. */
function matches(pattern: string, text: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    if (pattern.length > LONGEST_PATTERN) throw new Error('the pattern of a rule is too long');
    compiled = RE2JS.compile(pattern);
    if (patterns.size === MOST_PATTERNS) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled.matcher(text).find();
}
