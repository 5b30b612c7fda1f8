import {
  type ElementPlan,
  type FieldPlan,
  isEmptyField,
  isEmptyMessage,
  isEmptyValue,
  type MessagePlan,
} from './plan.ts';

/** The plans without messages, fields and elements for which nothing is checked. */
export function withoutIdleParts(plans: readonly MessagePlan[]): readonly MessagePlan[] {
  const ruled = ruledTypes(plans);
  return plans
    .filter(({ type }) => ruled.has(type))
    .map((plan) => ({
      ...plan,
      fields: plan.fields.map((field) => prunedField(field, ruled)).filter((field) => !isEmptyField(field)),
    }));
}

/** Message types with a rule, or with a message that has one, at any depth. */
function ruledTypes(plans: readonly MessagePlan[]): ReadonlySet<string> {
  const ruled = new Set<string>();
  const holders = new Map<string, string[]>();
  for (const plan of plans) {
    const fields = plan.fields.map((field) => prunedField(field, new Set()));
    if (!isEmptyMessage({ ...plan, fields: fields.filter((field) => !isEmptyField(field)) }))
      ruled.add(plan.type);
    for (const within of plan.fields.flatMap(messagesIn)) {
      const known = holders.get(within);
      if (known === undefined) holders.set(within, [plan.type]);
      else known.push(plan.type);
    }
  }
  // The set grows while it is read.
  for (const type of ruled) for (const holder of holders.get(type) ?? []) ruled.add(holder);
  return ruled;
}

function messagesIn({ message, items, values }: FieldPlan): readonly string[] {
  return [message, items?.message, values?.message].filter((each) => each !== undefined);
}

function prunedField(field: FieldPlan, ruled: ReadonlySet<string>): FieldPlan {
  const element = (plan: ElementPlan | undefined): ElementPlan | undefined => {
    const pruned = plan && { ...plan, message: kept(plan.message, ruled) };
    return pruned === undefined || isEmptyValue(pruned) ? undefined : pruned;
  };
  const { items, keys, values } = field;
  return {
    ...field,
    message: kept(field.message, ruled),
    items: element(items),
    keys: element(keys),
    values: element(values),
  };
}

function kept(message: string | undefined, ruled: ReadonlySet<string>): string | undefined {
  return message !== undefined && ruled.has(message) ? message : undefined;
}
