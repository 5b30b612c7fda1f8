import type { Advice } from '../../diagnostic/advice.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import { jsonText } from '../../engine/request/json-value.ts';
import type { Cursor } from '../yaml/tree.ts';
import { plainJson } from '../yaml/tree.ts';
import { type Fields, mapping } from './fields.ts';
import { synonym } from './hints.ts';
import { inline, inPlace } from './inline.ts';
import { report, shape } from './reader.ts';
import { type Reader, shaped } from './shape.ts';
import { type Expression, expression, interpolated } from './values.ts';

const CEL_FIELDS = {
  cel: { read: expression, doc: 'the value (CEL)', required: true },
} as const satisfies Fields;

const celValue = mapping(CEL_FIELDS);

/** Reader of a plain value or of `{cel: ...}`. `noun` is what the plain value is. */
export function orCel<T>(plain: Reader<T>, noun: string): Reader<T | Expression> {
  const read: Reader<T | Expression> = (at) => {
    if (at.tree.kind === 'mapping') return meansCel(at) ? celValue(at)?.cel : refuse(at, noun);
    return at.tree.kind === 'list' ? refuse(at, noun) : plain(at);
  };
  return shaped(read, { kind: 'either', of: [plain, celValue] });
}

/** Reader of a text, in which `${...}` is an expression, or of `{cel: ...}`. */
export function textOrCel(plain: Reader<string>): Reader<string | Expression> {
  return orCel(interpolated(plain), 'text');
}

/** True for an empty mapping, and for one with `cel` or a word for it. */
function meansCel({ tree }: Cursor): boolean {
  const keys = tree.kind === 'mapping' ? [...tree.entries.keys()] : [];
  const isCel = (key: string): boolean =>
    key === 'cel' || nearest(key, ['cel']) !== undefined || synonym(key, ['cel']) !== undefined;
  return keys.length === 0 || keys.some(isCel);
}

function refuse(at: Cursor, noun: string): undefined {
  const message = `expected ${noun} or \`{cel: ...}\`, found ${shape(at)}`;
  return report(at, 'wrong_type', message, noun === 'text' ? textHelp(at) : undefined);
}

/** Help where text is expected: the only text of a list, and a mapping as JSON, in quotes, if that is short. */
function textHelp(at: Cursor): Advice | undefined {
  const { tree, context } = at;
  if (tree.kind === 'list') {
    const [only, second] = tree.items;
    const text =
      only?.kind === 'scalar' && second === undefined ? inline({ ...at, context, tree: only }) : undefined;
    return text === undefined ? undefined : inPlace(at, text);
  }
  const value = plainJson(tree);
  if (inline(at) === undefined || value === undefined) return undefined;
  const json = jsonText(value);
  return /['`$\n]/.test(json) ? undefined : inPlace(at, `'${json}'`);
}
