import type { Advice } from '../../diagnostic/advice.ts';
import type { Cursor } from '../yaml/tree.ts';
import { type Field, type Fields, mapping, oneOf, type Read } from './fields.ts';
import { inPlace } from './inline.ts';
import { integer, located, mapOf, nonEmptyText, report, shape, text, written } from './reader.ts';
import type { Reader } from './shape.ts';
import { shaped } from './shape.ts';
import { headerOrNothing } from './test-request.ts';
import { dnsLabel, headerName, status } from './values.ts';

const expectedHeaders = {
  read: mapOf(headerOrNothing, headerName),
  doc: 'expected headers by name; `~` for a header that must be absent',
} as const satisfies Field<unknown>;

/** A name, or `~` for none, which reads as the empty text. */
const nameOrNone: Reader<string> = (at) =>
  at.tree.kind === 'scalar' && at.tree.value === null ? '' : text(at);

const decision = oneOf(['allow', 'deny']);

const shadowVerdict: Reader<'allow' | 'deny' | null> = (at) =>
  at.tree.kind === 'scalar' && at.tree.value === null ? null : decision(at);

shaped(nameOrNone, { kind: 'value', schema: { type: ['string', 'null'] } });
shaped(shadowVerdict, { kind: 'value', schema: { enum: ['allow', 'deny', null] } });

export const EXPECT_FIELDS = {
  decision: { read: decision, doc: '`allow` or `deny`' },
  reason: { read: located(nonEmptyText), doc: 'the reason, from the table of reasons' },
  status: {
    read: (at: Cursor) => (at.tree.kind === 'scalar' && at.tree.value === 200 ? 200 : status(at)),
    like: integer(200, 599),
    doc: 'the HTTP status',
  },
  policy: { read: located(nameOrNone), doc: 'the name of the policy that decided; `~`: none' },
  rule: {
    read: located(nameOrNone),
    doc: 'the name of the rule or limit that decided, or `policy/rule`; `~`: none',
  },
  requestHeaders: expectedHeaders,
  responseHeaders: expectedHeaders,
  shadow: {
    read: mapOf(located(shadowVerdict)),
    doc: 'verdicts by shadow policy, or by `POLICY/RULE` of a shadow rule: `allow`, `deny`, or `~` if it does not apply to the request',
  },
  snapshot: {
    read: located(dnsLabel),
    doc: 'the name of a file NAME.snapshot.json, relative to this file, with the whole answer',
  },
} as const satisfies Fields;

export type ExpectSpec = Read<typeof EXPECT_FIELDS>;

const readFields = mapping(EXPECT_FIELDS, ({ name }) =>
  name === 'allow' || name === 'deny'
    ? `write \`expect: ${name}\`, or write \`decision: ${name}\` beside other fields`
    : undefined,
);

/** Reader of the fields of an expected answer, or of `allow` or `deny` as the short form of `{decision: ...}`. */
export const readExpect: Reader<ExpectSpec> = (at) => {
  if (at.tree.kind === 'mapping' && at.tree.entries.size === 0) {
    const help = 'write at least one field, such as `decision: allow`';
    return report(at, 'missing_field', '`expect` is empty, so the case cannot fail', help, at.key);
  }
  if (at.tree.kind !== 'scalar') return readFields(at);
  const help = expectHelp(at);
  if (help !== undefined)
    return typeof at.tree.value === 'string'
      ? report(at, 'unknown_value', `unknown value \`${at.tree.value}\``, help)
      : report(at, 'wrong_type', `expected \`allow\` or \`deny\`, found ${shape(at)}`, help);
  const short = decision(at);
  return short && { ...NOTHING_EXPECTED, decision: short };
};

function meaning(at: Cursor, text: string): Advice {
  return { ...inPlace(at, text), help: `did you mean \`${text}\`?` };
}

/** Help for a status, a reason, or another word for a decision alone. */
function expectHelp(at: Cursor): Advice | undefined {
  const own = written(at);
  if (/^[12][0-9]{2}$/.test(own)) return meaning(at, 'allow');
  if (/^[3-5][0-9]{2}$/.test(own)) return meaning(at, `{decision: deny, status: ${own}}`);
  if (/^(?:true|pass(?:es)?|ok|allowed|permitted)$/i.test(own)) return meaning(at, 'allow');
  if (/^(?:false|fails?|forbidden|denied|unauthorized)$/i.test(own)) return meaning(at, 'deny');
  return /^[a-z]+(?:_[a-z]+)+$/.test(own) ? inPlace(at, `{reason: ${own}}`) : undefined;
}

shaped(readExpect, { kind: 'either', of: [decision, readFields] });

const NOTHING_EXPECTED = {
  decision: undefined,
  reason: undefined,
  status: undefined,
  policy: undefined,
  rule: undefined,
  requestHeaders: undefined,
  responseHeaders: undefined,
  shadow: undefined,
  snapshot: undefined,
} as const satisfies ExpectSpec;
