import type { Advice } from '../../diagnostic/advice.ts';
import { quoted } from '../yaml/quote.ts';
import type { Cursor } from '../yaml/tree.ts';
import { matchParts } from './match-text.ts';
import { child, report, shape, written } from './reader.ts';
import { dnsLabel, METHODS } from './values.ts';

/** Help for a rule that is a text, such as `- allow` or `- allow read`; undefined for any other value. */
export function ruleAsText({ tree }: Cursor): Advice | string | undefined {
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return undefined;
  const [, effect, name] = /^(allow|deny)(?:[\s:=]\s*([a-z0-9][a-z0-9-]*))?$/i.exec(tree.value) ?? [];
  if (effect === undefined)
    return 'write `allow: NAME` or `deny: NAME`, and below it `match`, `from` or `when`';
  if (name === undefined) return nameAfter(effect.toLowerCase());
  const text = `${effect.toLowerCase()}: ${name}`;
  // A guess: without other fields, the rule allows or denies every request of the policy.
  return { help: `did you mean \`${text}\`?`, edit: { ...tree.range, text } };
}

/** Reads the name after `allow` or `deny`. */
export function ruleName(effect: 'allow' | 'deny', at: Cursor): string | undefined {
  const { tree } = at;
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') {
    const help = nameWithin(at) ?? nameAfter(effect);
    return report(at, 'wrong_type', `expected the name of the rule, found ${shape(at)}`, help);
  }
  const other = otherField(tree.value);
  if (other === undefined) return dnsLabel(at);
  const help = `\`${effect}\` is followed by the name of the rule; ${other}`;
  return report(at, 'invalid_name', `\`${tree.value}\` is not a valid DNS label`, help);
}

function nameAfter(effect: string): string {
  return `\`${effect}\` is followed by the name of the rule, such as \`${effect}: read\``;
}

/** Help for `allow: {name: read}`. */
function nameWithin(at: Cursor): Advice | undefined {
  const { tree } = at;
  const name = child(at, 'name');
  if (tree.kind !== 'mapping' || tree.entries.size !== 1 || name?.tree.kind !== 'scalar') return undefined;
  const text = written(name);
  // A block mapping also has the line break after it.
  const { end } = written(at).startsWith('{') ? tree.range : name.tree.range;
  return { help: `write \`${text}\``, edit: { start: tree.range.start, end, text } };
}

/** The field for what is written in the place of a name; undefined for a text that can be meant as a name. */
function otherField(text: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    return `callers are named by \`from: [${quoted(text, 'plain', true)}]\``;
  if (/[=<>!&'"()]| in /.test(text)) return 'a condition is written in `when`';
  const isRequests = text.startsWith('/') || METHODS.includes(/^[A-Z]*/.exec(text)?.[0] ?? '');
  return isRequests && matchParts(text) !== undefined
    ? `requests are selected by \`match: [${quoted(text, 'plain', true)}]\``
    : undefined;
}
