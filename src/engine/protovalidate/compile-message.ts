import {
  type DescEnum,
  type DescField,
  type DescMessage,
  getOption,
  type ScalarType,
} from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import {
  type FieldRules,
  Ignore,
  field as ofField,
  message as ofMessage,
  oneof as ofOneof,
  type MessageRules as Written,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import type { Type } from '../../cel/value/type.ts';
import { elementType, fieldType, messageType } from '../../protobuf/cel-type.ts';
import type { RuleCompiler } from './compile-rule.ts';
import { compileValue, compileWritten } from './compile-value.ts';
import type { ElementPlan, FieldPlan, MessagePlan, Place } from './plan.ts';
import { kindOfElement, kindOfField } from './rule-kinds.ts';
import { RuleMistake } from './rule-mistake.ts';

/** The plan of one message. Throws a `RuleMistake` with the name of the field, or of the message, before the mistake. */
export function compileMessage(type: DescMessage, compiler: RuleCompiler): MessagePlan {
  const written = getOption(type, ofMessage);
  return {
    type: type.typeName,
    fields: type.fields.map((field) =>
      placed(`${type.typeName}.${field.name}`, () => compileField(field, written, compiler)),
    ),
    ...placed(type.typeName, () => ({
      rules: compileWritten(written, { type: messageType(type), place: undefined }, compiler),
      oneofs: written.oneof.map((each) => oneofOf(type, each)),
    })),
    requiredOneofs: type.oneofs.filter((each) => getOption(each, ofOneof).required).map(({ name }) => name),
  };
}

/** A mistake with its owner. */
export class OwnedMistake extends Error {
  override readonly name = 'OwnedMistake';
  readonly owner: string;

  constructor(owner: string, cause: RuleMistake) {
    super(cause.message, { cause });
    this.owner = owner;
  }
}

function placed<T>(owner: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    throw error instanceof RuleMistake ? new OwnedMistake(owner, error) : error;
  }
}

function oneofOf(
  type: DescMessage,
  { fields, required }: Written['oneof'][number],
): MessagePlan['oneofs'][number] {
  if (fields.length === 0) throw new RuleMistake('a `oneof` rule has no field');
  for (const [at, name] of fields.entries()) {
    if (fields.indexOf(name) !== at)
      throw new RuleMistake(`a \`oneof\` rule has the field \`${name}\` twice`);
    if (!type.fields.some((field) => field.name === name)) {
      throw new RuleMistake(`a \`oneof\` rule has the field \`${name}\`, which the message does not have`);
    }
  }
  return { fields, isRequired: required };
}

function compileField(field: DescField, written: Written, compiler: RuleCompiler): FieldPlan {
  const rules = getOption(field, ofField);
  const isOfOneof = written.oneof.some(({ fields }) => fields.includes(field.name));
  const isIgnored = rules.ignore === Ignore.ALWAYS;
  const skipsZero =
    rules.ignore === Ignore.IF_ZERO_VALUE || (isOfOneof && rules.ignore === Ignore.UNSPECIFIED);
  const base = {
    name: field.name,
    isRequired: rules.required && !isIgnored,
    isCheckedIfSet: skipsZero || hasPresence(field),
  };
  // The rules of a field that is ignored are compiled as well: they can have mistakes.
  const parts = { ...wholeOf(field, rules, compiler), ...elementsOf(field, rules, compiler) };
  return { ...base, ...(isIgnored ? NOTHING : parts) };
}

const NOTHING = {
  custom: [],
  standard: [],
  enum: undefined,
  any: undefined,
  message: undefined,
  items: undefined,
  keys: undefined,
  values: undefined,
} as const;

function hasPresence(field: DescField): boolean {
  if (field.fieldKind === 'message') return true;
  return (
    field.fieldKind !== 'list' &&
    field.fieldKind !== 'map' &&
    field.presence !== FeatureSet_FieldPresence.IMPLICIT
  );
}

function wholeOf(field: DescField, rules: FieldRules, compiler: RuleCompiler) {
  const isElement = field.fieldKind !== 'list' && field.fieldKind !== 'map';
  const value = {
    type: unwrapped(fieldType(field, false)),
    kind: kindOfField(field),
    numbers: isElement ? numbersOf(field) : undefined,
    place: [],
  };
  const message = isElement ? field.message?.typeName : undefined;
  return { ...compileValue(rules, value, compiler), message };
}

/** A wrapper that is set has the type of its value. */
function unwrapped(type: Type): Type {
  return type.kind === 'wrapper' ? type.of : type;
}

function numbersOf({ enum: type }: { readonly enum: DescEnum | undefined }): readonly number[] | undefined {
  return type?.values.map(({ number }) => number);
}

function elementsOf(field: DescField, rules: FieldRules, compiler: RuleCompiler) {
  const none = { items: undefined, keys: undefined, values: undefined };
  if (field.fieldKind === 'list') {
    const items = rules.type.case === 'repeated' ? rules.type.value.items : undefined;
    return { ...none, items: elementOf(field, items, ['repeated', 'items'], compiler) };
  }
  if (field.fieldKind !== 'map') return none;
  const { keys, values } =
    rules.type.case === 'map' ? rules.type.value : { keys: undefined, values: undefined };
  const key = { scalar: field.mapKey, enum: undefined, message: undefined };
  return {
    ...none,
    keys: elementOf(key, keys, ['map', 'keys'], compiler),
    values: elementOf(field, values, ['map', 'values'], compiler),
  };
}

interface Element {
  readonly scalar: ScalarType | undefined;
  readonly enum: DescEnum | undefined;
  readonly message: DescMessage | undefined;
}

function elementOf(
  element: Element,
  rules: FieldRules | undefined,
  place: Place,
  compiler: RuleCompiler,
): ElementPlan | undefined {
  const type = unwrapped(elementType(element, false));
  const value = { type, kind: kindOfElement(element), numbers: numbersOf(element), place };
  const plan = { ...compileValue(rules, value, compiler), message: element.message?.typeName };
  if (rules?.ignore === Ignore.ALWAYS) return undefined;
  const skipsZero = rules?.ignore === Ignore.IF_ZERO_VALUE && element.message === undefined;
  return { ...plan, zero: skipsZero ? (value.numbers?.[0] ?? 0) : undefined };
}
