import type { Edit } from '../../diagnostic/range.ts';
import { removalOf } from '../yaml/remove-entry.ts';
import type { Cursor, MappingTree } from '../yaml/tree.ts';
import { FROM_FIELDS } from './caller-document.ts';
import { type Fields, label, mapping, misplaced, misspells, oneOf, type Read } from './fields.ts';
import { inline } from './inline.ts';
import { match } from './match-document.ts';
import { ruleHelp } from './place-hints.ts';
import { orCel, textOrCel } from './plain-or-cel.ts';
import { child, lacks, nonEmptyText, report, written } from './reader.ts';
import { ruleAsText, ruleName } from './rule-head.ts';
import { type Reader, shaped, shapeOf } from './shape.ts';
import { dnsLabel, expression, instant, status } from './values.ts';

const allow: Reader<string> = (at) => ruleName('allow', at);
const deny: Reader<string> = (at) => ruleName('deny', at);
/** A valid short form is written as `name` and `effect` by now, at the path of the short form. */
const name: Reader<string> = (at) => {
  const [, effect] = /\.(allow|deny)$/.exec(at.path) ?? [];
  return effect === 'allow' || effect === 'deny' ? ruleName(effect, at) : dnsLabel(at);
};
for (const each of [allow, deny, name]) shaped(each, shapeOf(dnsLabel));

export const RULE_FIELDS = {
  allow: { read: allow, doc: 'the name of an allow rule: short for `name` and `effect: allow`' },
  deny: { read: deny, doc: 'the name of a deny rule: short for `name` and `effect: deny`' },
  name: { read: name, doc: 'DNS label, unique in the policy' },
  effect: { read: oneOf(['allow', 'deny']), doc: '`allow` or `deny`' },
  mode: {
    read: oneOf(['enforce', 'shadow']),
    doc: '`shadow`: evaluated beside the other rules and recorded, never decides; default `enforce`',
  },
  match: { read: match, doc: 'narrows the `match` of the policy' },
  ...FROM_FIELDS,
  when: { read: expression, doc: 'the condition of the rule (CEL bool); default true' },
  status: {
    read: orCel(status, 'a number'),
    doc: 'for a deny rule: the HTTP status of the answer: a number, or `{cel: ...}`',
  },
  message: {
    read: textOrCel(nonEmptyText),
    doc: 'for a deny rule: a sentence for the caller: text with `${...}`, or `{cel: ...}`',
  },
  expires: { read: instant, doc: 'from this time on the rule never matches (RFC 3339)' },
  reason: {
    read: nonEmptyText,
    doc: 'the reason for the rule and its owner; required with `expires`',
  },
} as const satisfies Fields;

export type RuleDocument = Read<typeof RULE_FIELDS> & { readonly at: Cursor };

/** The ways to write the name and effect of a rule, of which it has one. */
export const RULE_FORMS = [
  { required: ['allow'], without: ['deny', 'name', 'effect'] },
  { required: ['deny'], without: ['allow', 'name', 'effect'] },
  { required: ['name', 'effect'], without: ['allow', 'deny'] },
] as const;

/**
 * Reader of a rule, in which a valid `allow: NAME` or `deny: NAME` is written as `name` and `effect` by now.
 * `policyFields` are the fields of the policy around it.
 */
export function ruleReader(policyFields: () => object): Reader<RuleDocument> {
  const fields = mapping(RULE_FIELDS, ruleHelp(policyFields));
  return shaped((at) => readRule(at, fields), { kind: 'mapping', fields: RULE_FIELDS, oneOf: RULE_FORMS });
}

function readRule(at: Cursor, fields: Reader<Read<typeof RULE_FIELDS>>): RuleDocument | undefined {
  const asText = ruleAsText(at);
  if (asText !== undefined) return report(at, 'wrong_type', 'expected a mapping, found text', asText);
  if (at.tree.kind === 'mapping') reportHead(at, at.tree);
  const read = fields(at);
  const rule = read && {
    ...read,
    name: read.name ?? read.allow ?? read.deny,
    effect: read.effect ?? (lacks(at, 'allow') ? undefined : ('allow' as const)),
  };
  if (rule?.effect === 'allow') {
    const own = child(at, 'effect');
    const isShort = own === undefined || own.path.endsWith('.allow');
    const help = `remove it, or write \`${isShort ? 'deny: NAME' : 'effect: deny'}\``;
    for (const name of ['status', 'message'])
      misplaced(at, name, `\`${name}\` applies only to deny rules, and this is an allow rule`, help);
  }
  const expires = child(at, 'expires');
  if (expires !== undefined && child(at, 'reason') === undefined) {
    const help =
      'write the reason for the exception and its owner, such as `reason: OPS-1432, owner team-data`';
    report(expires, 'missing_field', 'a rule with `expires` needs a `reason`', help, expires.key);
  }
  return rule === undefined ? undefined : { ...rule, at };
}

/** Reports a rule without a name or an effect, or with two of one. */
function reportHead(at: Cursor, { entries }: MappingTree): void {
  const unknown = [...entries.keys()].filter((name) => !Object.hasOwn(RULE_FIELDS, name));
  const isMissing = (name: HeadField): boolean => lacks(at, name) && !misspells(unknown, RULE_FIELDS, name);
  const short = (['allow', 'deny'] as const).filter((name) => !isMissing(name));
  const [effect, other] = short;
  if (effect !== undefined && other !== undefined) {
    const second = child(at, other) ?? at;
    const help = 'write two rules, or remove one of the two';
    report(second, 'exactly_one', 'a rule has `allow` or `deny`, not both', help, second.key);
  } else if (effect !== undefined) reportBeside(at, effect);
  else if (isMissing('name') && isMissing('effect')) {
    const help = 'write `allow: NAME` or `deny: NAME`';
    report(at, 'missing_field', 'the rule has no name and no effect', help, label(at));
  } else {
    for (const name of ['name', 'effect'] as const) {
      if (!isMissing(name)) continue;
      const help = name === 'name' ? nameHelp(at) : effectHelp(at);
      report(at, 'missing_field', `the field \`${name}\` is missing`, help, label(at));
    }
  }
}

/** Help for a rule with an effect and without a name: the short form. */
function nameHelp(at: Cursor): string {
  const effect = child(at, 'effect');
  const word = effect === undefined ? '' : written(effect);
  return word === 'allow' || word === 'deny'
    ? `write \`${word}: NAME\` in place of \`effect: ${word}\``
    : 'write `allow: NAME` or `deny: NAME` in place of `effect`';
}

/** Help for a rule with a name and without an effect: the short form. */
function effectHelp(at: Cursor): string {
  const name = child(at, 'name');
  const own = (name && inline(name)) ?? 'NAME';
  return `write \`allow: ${own}\` or \`deny: ${own}\` in place of \`name\``;
}

type HeadField = 'allow' | 'deny' | 'name' | 'effect';

/** Reports `name` and `effect` beside `allow` or `deny`, which say both. */
function reportBeside(at: Cursor, short: 'allow' | 'deny'): void {
  const name = child(at, 'name');
  const effect = child(at, 'effect');
  if (name !== undefined) {
    const message = `\`${short}\` is the name of the rule already`;
    const text = child(at, short)?.tree;
    const isName = text?.kind === 'scalar' && typeof text.value === 'string';
    const help = isName ? 'remove `name`' : `write \`${short}: ${written(name)}\`, without \`name\``;
    report(
      name,
      'misplaced_field',
      message,
      { help, edit: isName ? removal(at, 'name') : undefined },
      name.key,
    );
  }
  if (effect === undefined) return;
  const isSame = effect.tree.kind === 'scalar' && effect.tree.value === short;
  const message = isSame
    ? `\`${short}\` is the effect of the rule already`
    : `the effect of the rule is \`${short}\` already`;
  const other = short === 'allow' ? 'deny' : 'allow';
  const help = isSame
    ? 'remove `effect`'
    : `remove \`effect\`, or write \`${other}\` in place of \`${short}\``;
  report(
    effect,
    'misplaced_field',
    message,
    { help, edit: isSame ? removal(at, 'effect') : undefined },
    effect.key,
  );
}

function removal({ context, tree }: Cursor, name: string): Edit | undefined {
  return tree.kind === 'mapping' ? removalOf(context.lines.text, tree, name) : undefined;
}
