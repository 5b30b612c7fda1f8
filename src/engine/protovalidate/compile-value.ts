import {
  type DescExtension,
  type DescField,
  getExtension,
  getOption,
  hasOption,
  isFieldSet,
  type Message,
  toBinary,
} from '@bufbuild/protobuf';
import {
  type AnyRules,
  type EnumRules,
  type FieldRules,
  predefined,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { encodeBase64 } from '../../cel/value/text.ts';
import type { Type } from '../../cel/value/type.ts';
import { fieldType } from '../../protobuf/cel-type.ts';
import { readerOf } from '../../protobuf/read-value.ts';
import type { RuleCompiler } from './compile-rule.ts';
import type { KnownValue } from './known-values.ts';
import type { CelRule, Place, ValuePlan } from './plan.ts';
import { type kindOfField, type StandardRules, standardRules } from './rule-kinds.ts';
import { RuleMistake } from './rule-mistake.ts';

/** A value that has rules. */
interface RuledValue {
  readonly type: Type;
  readonly kind: ReturnType<typeof kindOfField>;
  /** Numbers of an enum. */
  readonly numbers?: readonly number[] | undefined;
  /** Place of its rules. */
  readonly place: Place;
}

/** The checks of a value, without those of a message in it. */
export function compileValue(
  rules: FieldRules | undefined,
  value: RuledValue,
  compiler: RuleCompiler,
): Omit<ValuePlan, 'message'> {
  if (rules === undefined) return { custom: [], enum: undefined, any: undefined, standard: [] };
  const standard = standardRules(rules, value.kind, value.place);
  return {
    custom: compileWritten(rules, value, compiler),
    enum: standard && value.numbers && definedNumbers(standard, value.numbers),
    any: standard && value.kind === 'any' ? anyOf(standard) : undefined,
    standard: standard === undefined ? [] : compileStandard(standard, value.type, compiler),
  };
}

/** The expressions of an author about a message, which have no place, or about a value. */
export function compileWritten(
  { cel, celExpression }: Pick<FieldRules, 'cel' | 'celExpression'>,
  { type, place }: { readonly type: Type; readonly place: Place | undefined },
  compiler: RuleCompiler,
): readonly CelRule[] {
  const placeOf = (name: string, at: number): Place => (place === undefined ? [] : [...place, name, at]);
  const written = [
    ...cel.map((rule, at) => ({ rule, place: placeOf('cel', at) })),
    ...celExpression.map((expression, at) => ({
      rule: { id: expression, message: '', expression },
      place: placeOf('cel_expression', at),
    })),
  ];
  return written.flatMap(({ rule, place: at }) => {
    const compiled = compiler.compile(rule, { type, place: at, isStandard: false });
    return compiled === undefined ? [] : [compiled];
  });
}

function definedNumbers({ rules, place }: StandardRules, numbers: readonly number[]): ValuePlan['enum'] {
  const { definedOnly } = rules as EnumRules;
  return definedOnly ? { numbers: new Set(numbers), place: [...place, 'defined_only'] } : undefined;
}

function anyOf({ rules, place }: StandardRules): ValuePlan['any'] {
  const { in: among, notIn } = rules as AnyRules;
  return among.length + notIn.length === 0 ? undefined : { in: among, notIn, place };
}

function compileStandard(standard: StandardRules, type: Type, compiler: RuleCompiler): readonly CelRule[] {
  const { rules, type: rulesType, place } = standard;
  const value: KnownValue = {
    value: compiler.types.wrap(rulesType, rules),
    type: { kind: 'message', name: rulesType.typeName },
  };
  const content = `${rulesType.typeName} ${encodeBase64(toBinary(rulesType, rules))}`;
  const known = (key: string, rule?: KnownValue) => ({
    key,
    values: new Map([['rules', value], ...(rule === undefined ? [] : [['rule', rule] as const])]),
  });
  const compiled: (CelRule | undefined)[] = [];
  const add = (owner: DescField | DescExtension, name: string, key: string, rule?: KnownValue): void => {
    for (const written of getOption(owner, predefined).cel) {
      const isStandard = owner.kind === 'field';
      compiled.push(
        compiler.compile(written, { type, known: known(key, rule), place: [...place, name], isStandard }),
      );
    }
  };
  for (const field of rulesType.fields) {
    if (hasOption(field, predefined) && isFieldSet(rules, field)) add(field, field.name, content);
  }
  for (const extension of extensionsOf(rules, standard, compiler)) {
    const rule = valueOf(rules, extension, compiler);
    add(extension, `[${extension.typeName}]`, `${content} ${extension.typeName}`, rule);
  }
  return compiled.filter((each) => each !== undefined);
}

/** The rules that extend the standard ones, in the order of their values. */
function extensionsOf(
  { $unknown = [] }: Message,
  { type }: StandardRules,
  { types }: RuleCompiler,
): readonly DescExtension[] {
  return [...new Set($unknown.map(({ no }) => no))].map((number) => {
    const extension = types.files.getExtensionFor(type, number);
    if (extension !== undefined) return extension;
    throw new RuleMistake(
      `\`${type.typeName}\` has no rule with the number ${number}, nor does an extension`,
    );
  });
}

function valueOf(rules: Message, extension: DescExtension, { types }: RuleCompiler): KnownValue {
  const read = readerOf(extension, types);
  return { value: read(getExtension(rules, extension), types.reading), type: fieldType(extension, false) };
}
