import { painter } from '../../diagnostic/paint.ts';
import { printable } from '../../diagnostic/printable.ts';
import type { LimitOutcome, Outcomes, WhatIfResult } from '../../tools/limits/what-if.ts';
import { limitText } from '../../tools/testing/match-text.ts';
import type { LimitsOptions } from './flags.ts';

/** Characters of the longest bar. */
const BAR = 30;
/** Characters of the longest key that is shown whole. */
const LONGEST_KEY = 60;

/** Names, counts and bars, for people. */
export function humanReport(result: WhatIfResult, options: LimitsOptions, isColourful: boolean): string {
  const paint = painter(isColourful);
  const { limits, records, from = 0, to = 0, unselected } = result;
  const lines = [`${plural(records, 'record')} from ${time(from)} to ${time(to)}`, ...assumptions(options)];
  for (const [attribute, count] of sorted(unselected))
    lines.push(`cannot say which policies apply to ${plural(count, 'request')}: ${reasonOf(attribute)}`);
  for (const limit of limits) lines.push('', ...limitLines(limit, options.keys, paint));
  if (limits.length === 0) lines.push('', 'the folder has no limits');
  return `${lines.join('\n')}\n`;
}

function assumptions({ log, replicas }: LimitsOptions): readonly string[] {
  const each = replicas === 1 ? 'one sidecar' : `${replicas} sidecars that share its requests evenly`;
  const logs = log.length === 1 ? 'the log is' : `each of the ${log.length} logs is`;
  return [
    `${logs} of ${each}; requests that were not recorded are not counted, and buckets are full at the beginning`,
  ];
}

function limitLines(
  outcome: LimitOutcome,
  most: number,
  paint: ReturnType<typeof painter>,
): readonly string[] {
  const { policy, limit, requests, keys, unsaid } = outcome;
  const shadow = policy.mode === 'shadow' ? ' (shadow)' : '';
  const lines = [`${paint('bold', limit.id)}${shadow}  ${limitText(limit)}`, `  ${countsText(outcome)}`];
  for (const [attribute, count] of sorted(unsaid))
    lines.push(`  cannot say for ${plural(count, 'request')}: ${reasonOf(attribute)}`);
  if (requests === 0) return lines;
  const shown = worst(keys, most);
  const largest = Math.max(...shown.map(([, each]) => each.requests));
  const width = Math.max(...shown.map(([key]) => shortKey(key).length));
  for (const [key, each] of shown) lines.push(`  ${keyLine(key, each, largest, width)}`);
  if (keys.size > shown.length) lines.push(`  and ${plural(keys.size - shown.length, 'other key')}`);
  return lines;
}

function countsText({ requests, refusedThen, refusedNow, newlyRefused, newlyAllowed }: Outcomes): string {
  const changes = [
    newlyRefused > 0 ? `newly refused ${newlyRefused}` : '',
    newlyAllowed > 0 ? `newly allowed ${newlyAllowed}` : '',
  ].filter((each) => each !== '');
  const change = changes.length === 0 ? '' : `; ${changes.join(', ')}`;
  return `${plural(requests, 'request')}, refused then ${refusedThen}, now ${refusedNow}${change}`;
}

/** The key, a bar of its requests with the refused ones at the end, and the counts. */
function keyLine(
  key: string,
  { requests, refusedThen, refusedNow }: Outcomes,
  largest: number,
  width: number,
): string {
  const length = Math.max(1, Math.round((requests / largest) * BAR));
  const refused = refusedNow === 0 ? 0 : Math.max(1, Math.round((refusedNow / requests) * length));
  const bar = `${'█'.repeat(length - refused)}${'░'.repeat(refused)}`;
  return `${shortKey(key).padEnd(width)}  ${bar.padEnd(BAR)}  ${requests}, refused then ${refusedThen}, now ${refusedNow}`;
}

function shortKey(key: string): string {
  const text = printable(key);
  return text.length <= LONGEST_KEY ? text : `${text.slice(0, LONGEST_KEY - 1)}…`;
}

/** The keys with the most refused requests, then those with the most requests. */
function worst(keys: ReadonlyMap<string, Outcomes>, most: number): readonly (readonly [string, Outcomes])[] {
  return [...keys]
    .sort(
      ([, a], [, b]) =>
        b.refusedNow - a.refusedNow || b.refusedThen - a.refusedThen || b.requests - a.requests,
    )
    .slice(0, most);
}

function sorted(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** An attribute in backticks that records lack, or the message of an expression that failed. */
function reasonOf(attribute: string): string {
  return attribute.startsWith('`')
    ? `records do not have ${attribute}`
    : `an expression failed, ${attribute}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** The same for programs. */
export function jsonReport(result: WhatIfResult, { keys: most, log, replicas }: LimitsOptions): string {
  const { limits, records, from = 0, to = 0, unselected } = result;
  const report = {
    records,
    from: time(from),
    to: time(to),
    logs: log.length,
    replicas,
    unselected: unsaidJson(unselected),
    limits: limits.map(({ policy, limit, keys, unsaid, ...outcomes }) => ({
      policy: policy.name,
      name: limit.name,
      mode: policy.mode,
      ...countsJson(outcomes),
      unsaid: unsaidJson(unsaid),
      distinct_keys: keys.size,
      keys: worst(keys, most).map(([key, each]) => ({ key, ...countsJson(each) })),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function countsJson({ requests, refusedThen, refusedNow, newlyRefused, newlyAllowed }: Outcomes): object {
  return {
    requests,
    refused_then: refusedThen,
    refused_now: refusedNow,
    newly_refused: newlyRefused,
    newly_allowed: newlyAllowed,
  };
}

function unsaidJson(counts: ReadonlyMap<string, number>): readonly object[] {
  return sorted(counts).map(([cause, requests]) => ({ cause, requests }));
}
