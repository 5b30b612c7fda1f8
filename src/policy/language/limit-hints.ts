import type { Advice } from '../../diagnostic/advice.ts';
import { parseRate, rateText } from '../../engine/limit/rate.ts';
import type { Cursor, Entry, ScalarTree, Tree } from '../yaml/tree.ts';
import { oneOf } from './fields.ts';
import { rateHint } from './hints.ts';
import { inPlace } from './inline.ts';
import { report } from './reader.ts';
import type { Reader } from './shape.ts';

/** Fields for the period of a rate in other products. */
const PERIODS: ReadonlySet<string> = new Set([
  'window',
  'per',
  'period',
  'interval',
  'unit',
  'duration',
  'every',
  'fill_interval',
  'fillInterval',
]);

const SCOPE = oneOf(['local', 'shared']);

/** Reader of `scope`, which knows the words of other products for a limit that all processes share. */
export const limitScope: Reader<'local' | 'shared'> = (at) => {
  const { tree } = at;
  if (tree.kind !== 'scalar' || !/^(?:global|cluster|distributed|remote|redis)$/i.test(String(tree.value)))
    return SCOPE(at);
  const help = 'write `shared`, which counts in the Redis of `serve --redis`';
  const message = `unknown value \`${tree.value}\``;
  return report(at, 'unknown_value', message, { help, edit: { ...tree.range, text: 'shared' } });
};

/** Help for a rate that is written as a list, or as a mapping, such as `{requests: 10, per: minute}`, with a count and a period. */
export function rateHelp(at: Cursor): Advice | string | undefined {
  if (at.tree.kind === 'list') return 'a limit has one rate: write a limit for each, with a name of its own';
  if (at.tree.kind !== 'mapping') return undefined;
  const values = [...at.tree.entries.values()].map(({ value }) => value);
  const [count, another] = values.filter(isCount);
  const [period, second] = values.filter((value) => !isCount(value));
  const isPair = another === undefined && second === undefined;
  const rate = isPair && count !== undefined && period !== undefined ? rateOf(count, period) : undefined;
  return rate === undefined ? undefined : inPlace(at, rate);
}

/**
 * A limit as it is meant whose period is beside its `rate`, such as `rate: 10, window: 1m`, which is reported. Any other
 * limit is the same object.
 */
export function withPeriod(at: Cursor): Cursor {
  const { tree } = at;
  if (tree.kind !== 'mapping') return at;
  const rate = tree.entries.get('rate');
  const found = [...tree.entries].find(([name]) => PERIODS.has(name));
  if (rate === undefined || found === undefined || !isCount(rate.value)) return at;
  const [name, entry] = found;
  const text = rateOf(rate.value, entry.value);
  if (text === undefined) return at;
  report(at, 'unknown_field', `unknown field \`${name}\``, adviceFor(at, rate, entry, text), entry.key);
  const value: ScalarTree = { ...rate.value, value: text };
  const entries = [...tree.entries].flatMap(([key, each]) =>
    each === entry ? [] : [[key, each === rate ? { ...each, value } : each] as const],
  );
  return { ...at, tree: { ...tree, entries: new Map(entries) } };
}

/** Help that the period belongs to the rate, with an edit if it directly follows it. */
function adviceFor({ context }: Cursor, rate: Entry, period: Entry, text: string): Advice {
  const help = `the period is a part of the rate: write \`rate: ${text}\``;
  const between = context.lines.text.slice(rate.value.range.end, period.key.start);
  if (!/^\s*,?\s*$/.test(between)) return { help };
  return { help, edit: { start: rate.value.range.start, end: period.value.range.end, text } };
}

function isCount(tree: Tree): tree is ScalarTree & { readonly value: number | bigint } {
  return tree.kind === 'scalar' && (typeof tree.value === 'number' || typeof tree.value === 'bigint');
}

/** The rate of a count and a unit or duration; undefined if it is not valid. */
function rateOf(count: ScalarTree, period: Tree): string | undefined {
  if (period.kind !== 'scalar' || period.value === null) return undefined;
  const text = `${count.value}/${isCount(period) ? `${period.value}s` : period.value}`.toLowerCase();
  const { rate } = parseRate(text);
  if (rate !== undefined) return rateText(rate);
  return /^write `([^`]+)`$/.exec(rateHint(text) ?? '')?.[1];
}
