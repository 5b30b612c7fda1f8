import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Flag } from '../../src/flag/flag.ts';
import { isRepeatable } from '../../src/flag/read-flags.ts';
import { PASSED_SETTINGS, POD_OPTIONS } from '../../src/tools/inject/options.ts';
import { optionSource, readInjection } from '../../src/tools/inject/read-options.ts';
import { CHART, chartSchema } from '../support/chart-reference.ts';
import { OPTION_SAMPLES, withCompanions } from './option-samples.ts';

/** A row of the options of the chart. */
interface Row {
  readonly name: string;
  readonly kind: 'pod' | 'text' | 'list' | 'flag';
  readonly pattern: string;
  readonly problem: string;
  readonly default?: string;
  readonly secret?: boolean;
}

const ROWS = parse(readFileSync(`${CHART}/files/options.yaml`, 'utf8')) as readonly Row[];
const FLAGS: Readonly<Record<string, Flag>> = { ...POD_OPTIONS, ...PASSED_SETTINGS };

function kindOf(name: string, flag: Flag): Row['kind'] {
  if (Object.hasOwn(POD_OPTIONS, name)) return 'pod';
  if (flag.value === undefined) return 'flag';
  return isRepeatable(flag) ? 'list' : 'text';
}

function defaultOf(flag: Flag): string | undefined {
  return flag.value === undefined ? undefined : flag.default;
}

function isValid(name: string, text: string): boolean {
  const texts = new Map(Object.entries(withCompanions(name, text)));
  return readInjection([optionSource(texts, (option) => option)]).problems === undefined;
}

function isAccepted({ pattern }: Row, text: string): boolean {
  return text !== '' && new RegExp(`^(?:${pattern.replace('(?s:.+)', '[^]+')})$`).test(text);
}

describe('the options of the chart are those of injection', () => {
  test('in name, order and kind', () => {
    const known = Object.entries(FLAGS).map(([name, flag]) => ({ name, kind: kindOf(name, flag) }));
    expect(ROWS.map(({ name, kind }) => ({ name, kind }))).toEqual(known);
  });

  test('in their defaults, where those shape a pod', () => {
    const shaping = ROWS.filter(({ kind, name }) => kind === 'pod' || name.startsWith('drain-'));
    expect(Object.fromEntries(shaping.map((row) => [row.name, row.default]))).toEqual(
      Object.fromEntries(shaping.map(({ name }) => [name, defaultOf(FLAGS[name] as Flag)])),
    );
  });

  test('in which values no message may show', () => {
    const secret = Object.entries(FLAGS).flatMap(([name, flag]) =>
      flag.value !== undefined && flag.secret === true ? [name] : [],
    );
    expect(ROWS.filter((row) => row.secret === true).map(({ name }) => name)).toEqual(
      // A URL with a password is refused, and not shown either.
      ['policies', 'otlp-endpoint', ...secret],
    );
  });

  test('in the schema of values', () => {
    const options = chartSchema().properties?.['injection']?.properties?.['options']?.properties ?? {};
    const patterns = ROWS.map((row) => [
      row.name,
      row.kind === 'flag' ? undefined : `^(?:${row.pattern.replace('(?s:.+)', '[\\s\\S]+')})$`,
    ]);
    expect(Object.entries(options).map(([name, schema]) => [name, schema.pattern])).toEqual(patterns);
  });
});

describe('a pattern of the chart judges as the program does', () => {
  test('for each option', () => {
    expect(Object.keys(OPTION_SAMPLES)).toEqual(ROWS.map(({ name }) => name));
  });

  test.each(ROWS)('$name', (row) => {
    const [valid, invalid] = OPTION_SAMPLES[row.name] ?? [[], []];
    expect(valid.filter((text) => !isValid(row.name, text) || !isAccepted(row, text))).toEqual([]);
    expect(invalid.filter((text) => isValid(row.name, text) || isAccepted(row, text))).toEqual([]);
  });
});
