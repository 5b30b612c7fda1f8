import {
  type DescField,
  type DescMessage,
  type DescOneof,
  isFieldSet,
  type Message,
} from '@bufbuild/protobuf';
import type { MessageRegistry } from '../../protobuf/message-registry.ts';
import { propertiesOf } from '../../protobuf/types.ts';
import { maker } from '../../recipe/recipe.ts';
import { FieldChecker, type FindCheck, type MessageCheck } from './field-checker.ts';
import type { MessagePlan } from './plan.ts';
import type { Run } from './run.ts';

/** The checks of the messages of one type. */
export class MessageChecker implements MessageCheck {
  readonly type: DescMessage;
  readonly #types: MessageRegistry;
  readonly #rules: MessagePlan['rules'];
  readonly #fields: readonly FieldChecker[];
  readonly #oneofs: readonly { readonly fields: readonly DescField[]; readonly isRequired: boolean }[];
  readonly #requiredOneofs: readonly DescOneof[];
  readonly #hasOneofs: boolean;

  constructor(types: MessageRegistry, plan: MessagePlan) {
    const type = types.files.getMessage(plan.type);
    if (type === undefined) throw new TypeError(`there is no message type \`${plan.type}\``);
    const fields = new Map(type.fields.map((field) => [field.name, field]));
    const named = (names: readonly string[]): readonly DescField[] =>
      names.map((name) => fields.get(name)).filter((field) => field !== undefined);
    this.type = type;
    this.#types = types;
    this.#rules = plan.rules;
    this.#fields = plan.fields.flatMap((each) =>
      named([each.name]).map((field) => new FieldChecker(types, field, each)),
    );
    this.#oneofs = plan.oneofs.map((each) => ({ ...each, fields: named(each.fields) }));
    this.#requiredOneofs = type.oneofs.filter(({ name }) => plan.requiredOneofs.includes(name));
    this.#hasOneofs = plan.oneofs.length + plan.requiredOneofs.length > 0;
  }

  /** Finds the checkers of the messages in fields. */
  link(find: FindCheck): void {
    for (const field of this.#fields) field.link(find);
  }

  check(message: Message, run: Run): void {
    for (const field of this.#fields) field.check(message, run);
    if (this.#rules.length > 0) run.evaluate(this.#rules, this.#types.valueOf(this.type, message), false);
    if (this.#hasOneofs) this.#checkOneofs(message, run);
  }

  #checkOneofs(message: Message, run: Run): void {
    for (const { fields, isRequired } of this.#oneofs) checkOneof(fields, isRequired, message, run);
    for (const oneof of this.#requiredOneofs) checkRequired(oneof, message, run);
  }
}

function checkOneof(fields: readonly DescField[], isRequired: boolean, message: Message, run: Run): void {
  let set = 0;
  for (const field of fields) if (isFieldSet(message, field)) set += 1;
  if (set <= 1 && (set === 1 || !isRequired)) return;
  const names = fields.map(({ name }) => name).join(', ');
  const text = set > 1 ? `only one of ${names} can be set` : `one of ${names} must be set`;
  run.violate('message.oneof', text, []);
}

function checkRequired(oneof: DescOneof, message: Message, run: Run): void {
  const { case: set } = propertiesOf(message)[oneof.localName] as { readonly case?: string | undefined };
  if (set !== undefined) return;
  run.enter(oneof);
  run.violate('required', 'exactly one field is required in oneof', []);
  run.leave();
}

/** A checker that is not linked yet. */
export const messageChecker = maker(
  'protovalidate.message',
  (types: MessageRegistry, plan: MessagePlan): MessageChecker => new MessageChecker(types, plan),
);
