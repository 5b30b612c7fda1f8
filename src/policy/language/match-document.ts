import type { Edit } from '../../diagnostic/range.ts';
import { editScalar } from '../yaml/edit-scalar.ts';
import type { Cursor } from '../yaml/tree.ts';
import { type Fields, mapping, type Read } from './fields.ts';
import { type MeantEntry, problemOfMatchText } from './match-help.ts';
import { MATCH_TEXT_PATTERN } from './match-text.ts';
import { matchHelp } from './place-hints.ts';
import { report, shape, someOf } from './reader.ts';
import { type Reader, shaped, shapeOf, textual } from './shape.ts';
import { longMatch } from './short-form.ts';
import { expression, host, METHODS, method, path } from './values.ts';

/** Reader of a method. A part of a text in `match` is reported with what the whole text means. */
const oneMethod: Reader<string> = (at) => {
  const { tree } = at;
  const whole = tree.kind === 'scalar' ? tree.within?.whole : undefined;
  const isMethod = /^[A-Z-]+$/.test(String(plainValue(at))) && !/^(?:ANY|ALL)$/.test(String(plainValue(at)));
  if (whole === undefined || isMethod || METHODS.includes(String(plainValue(at)).toUpperCase()))
    return method(at);
  return reportText({ ...at, tree: { ...whole, ...(tree.context && { context: tree.context }) } });
};
shaped(oneMethod, shapeOf(method));

/** The mapping form of an entry of a `match`, of a policy, rule or schema. */
export const MATCH_FIELDS = {
  hosts: { read: someOf(host), doc: 'hosts; `*.x` matches one or more labels before `x`' },
  methods: { read: someOf(oneMethod), doc: 'HTTP methods in upper case' },
  paths: {
    read: someOf(path),
    doc: 'path patterns; `{name}` and `*` match one segment, `**` at the end any number of segments',
  },
  when: { read: expression, doc: 'a condition that must hold as well (CEL bool)' },
} as const satisfies Fields;

export type MatchDocument = Read<typeof MATCH_FIELDS>;

const entry = mapping(MATCH_FIELDS, matchHelp);

/** The text form, which is read as the mapping that it stands for. */
const matchText = shaped<never>(() => undefined, textual({ pattern: MATCH_TEXT_PATTERN }));

/** Reads an entry. A valid text is a mapping by now. */
const readEntry: Reader<MatchDocument> = (at) => {
  const { tree } = at;
  if (tree.kind === 'scalar' && typeof tree.value === 'string') return reportText(at);
  if (tree.kind === 'mapping') return entry(at);
  const help = 'write methods, a path, or both: `GET`, `/api/orders` or `GET|HEAD /api/**`';
  return report(at, 'wrong_type', `expected text or a mapping, found ${shape(at)}`, help);
};

/** Reader of a `match`. */
export const match = someOf(
  shaped(readEntry, { kind: 'either', of: [matchText, entry], longForm: longMatch }),
);

function reportText(at: Cursor): undefined {
  const { message, help, meant } = problemOfMatchText(String(plainValue(at)));
  return report(at, 'invalid_match', message, { help, edit: meant && editOf(at, meant) });
}

function editOf({ context, tree }: Cursor, { text, isMapping }: MeantEntry): Edit | undefined {
  if (isMapping) return { ...tree.range, text };
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return undefined;
  return editScalar(context.lines.text, tree, { start: 0, end: tree.value.length, text });
}

function plainValue({ tree }: Cursor): unknown {
  return tree.kind === 'scalar' ? tree.value : undefined;
}
