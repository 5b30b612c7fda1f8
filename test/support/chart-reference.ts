import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { code, table } from './markdown.ts';

/** A schema of `values.schema.json`, as far as the chart uses JSON Schema. */
export interface ValueSchema {
  readonly description?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
}

/** A value of the chart that has no values below it. */
export interface ChartValue {
  readonly path: string;
  readonly doc: string;
  readonly default: unknown;
}

export const CHART = 'deploy/chart';

export function chartSchema(): ValueSchema {
  return JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8')) as ValueSchema;
}

export function chartValues(): unknown {
  return parse(readFileSync(`${CHART}/values.yaml`, 'utf8'));
}

/** The values in the order of the schema. The options of injection are one value, and have a reference of their own. */
export function valuesOf(schema: ValueSchema, defaults: unknown, path = ''): readonly ChartValue[] {
  if (schema.properties === undefined || path === 'injection.options')
    return [{ path, doc: schema.description ?? '', default: defaults }];
  return Object.entries(schema.properties)
    .filter(([name]) => name !== 'global')
    .flatMap(([name, below]) =>
      valuesOf(below, memberOf(defaults, name), path === '' ? name : `${path}.${name}`),
    );
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** The table of values in the README of the chart. */
export function chartTable(): string {
  const rows = valuesOf(chartSchema(), chartValues());
  return table(
    ['value', 'default', 'meaning'],
    rows.map((row) => [code(row.path), row.default === '' ? '' : code(JSON.stringify(row.default)), row.doc]),
  );
}
