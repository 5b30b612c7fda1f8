import {
  type DescField,
  type DescMessage,
  getOption,
  hasOption,
  type Message,
  type Registry,
} from '@bufbuild/protobuf';
import {
  type FieldRules,
  field as ofField,
  message as ofMessage,
  oneof as ofOneof,
  predefined,
  type Rule,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { reachable } from './reachable.ts';

/** One CEL expression of a rule. */
export interface WrittenRule {
  /** The field or message that it is written at. */
  readonly owner: string;
  readonly id: string;
  /** Empty if the violation has the text that the expression evaluates to, or one of its own. */
  readonly message: string;
  readonly expression: string;
}

/** The `buf.validate` rules that authors have written: of messages, and of extensions of the standard rules. */
export interface WrittenRules {
  /** True if a message, or one within it, has a rule. */
  concern(type: DescMessage): boolean;
  /** The expressions of a message and of those within it. */
  of(type: DescMessage): readonly WrittenRule[];
  /** Every expression. */
  readonly all: readonly WrittenRule[];
}

/** The package of the standard rules, whose expressions are not those of an author. */
const LIBRARY = 'buf.validate';

export function writtenRules(registry: Registry): WrittenRules {
  const ruled = new Set<DescMessage>();
  const byMessage = new Map<DescMessage, readonly WrittenRule[]>();
  const shared: WrittenRule[] = [];
  for (const type of registry) {
    if (type.kind === 'extension' && type.file.proto.package !== LIBRARY && hasOption(type, predefined)) {
      shared.push(...expressions(type.typeName, getOption(type, predefined).cel, []));
    }
    if (type.kind !== 'message') continue;
    if (hasRules(type)) ruled.add(type);
    byMessage.set(type, ofType(type));
  }
  const reached = new Map<DescMessage, ReadonlySet<DescMessage>>();
  const within = (type: DescMessage): ReadonlySet<DescMessage> => {
    const known = reached.get(type) ?? reachable(type);
    reached.set(type, known);
    return known;
  };
  return {
    concern: (type) =>
      within(type)
        .values()
        .some((each) => ruled.has(each)),
    of: (type) => [...shared, ...[...within(type)].flatMap((each) => byMessage.get(each) ?? [])],
    all: [...shared, ...[...byMessage.values()].flat()],
  };
}

function hasRules(type: DescMessage): boolean {
  return (
    hasOption(type, ofMessage) ||
    type.fields.some((field) => hasOption(field, ofField)) ||
    type.oneofs.some((oneof) => hasOption(oneof, ofOneof))
  );
}

function ofType(type: DescMessage): readonly WrittenRule[] {
  const own = hasOption(type, ofMessage) ? [getOption(type, ofMessage)] : [];
  return [
    ...own.flatMap(({ cel, celExpression }) => expressions(type.typeName, cel, celExpression)),
    ...type.fields.flatMap(rulesOfField),
  ];
}

function rulesOfField(field: DescField): readonly WrittenRule[] {
  if (!hasOption(field, ofField)) return [];
  const owner = `${field.parent.typeName}.${field.name}`;
  return nested(getOption(field, ofField)).flatMap(({ cel, celExpression }) =>
    expressions(owner, cel, celExpression),
  );
}

/** The rules of a field, of its elements, and of its keys and values. */
function nested(rules: FieldRules): readonly FieldRules[] {
  const { type } = rules;
  const inner =
    type.case === 'repeated'
      ? [type.value.items]
      : type.case === 'map'
        ? [type.value.keys, type.value.values]
        : [];
  return [rules, ...inner.flatMap((each) => (each === undefined ? [] : nested(each)))];
}

function expressions(
  owner: string,
  rules: readonly Omit<Rule, keyof Message>[],
  plain: readonly string[],
): readonly WrittenRule[] {
  return [
    ...rules.map(({ id, message, expression }) => ({ owner, id, message, expression })),
    ...plain.map((expression) => ({ owner, id: expression, message: '', expression })),
  ];
}
