import { readFileSync, writeFileSync } from 'node:fs';
import { CODES } from '../../src/diagnostic/codes.ts';
import { REASONS } from '../../src/engine/decision/reasons.ts';
import { NAMES } from '../../src/engine/request/names.ts';
import { variableOf } from '../../src/sidecar/server/configuration.ts';
import { FLAGS, type Flag, type FlagName } from '../../src/sidecar/server/flags.ts';
import { METRICS } from '../../src/sidecar/telemetry/metric-table.ts';
import { conformanceTable } from '../cel/conformance/table.ts';
import { functionTables, macroTable } from './cel-reference.ts';
import { code, table } from './markdown.ts';

/** The reference tables of `docs/`, generated from the tables of the code. */
export const TABLES: Readonly<Record<string, { readonly page: string; readonly text: () => string }>> = {
  reasons: {
    page: 'docs/reasons.md',
    text: () =>
      table(
        ['reason', 'status', 'title', 'when'],
        Object.entries(REASONS).map(([name, row]) => [code(name), String(row.status), row.title, row.doc]),
      ),
  },
  metrics: {
    page: 'docs/metrics.md',
    text: () =>
      table(
        ['metric', 'type', 'labels', 'meaning'],
        Object.entries(METRICS).map(([name, row]) => [
          code(name),
          row.type,
          row.labels.map(code).join(', '),
          row.doc,
        ]),
      ),
  },
  diagnostics: {
    page: 'docs/diagnostics.md',
    text: () =>
      table(
        ['code', 'severity', 'when'],
        Object.entries(CODES).map(([name, row]) => [
          // The section of a warning is its anchor.
          row.severity === 'warning' ? `[${code(name)}](#${name})` : `<a id="${name}"></a>${code(name)}`,
          row.severity,
          row.doc,
        ]),
      ),
  },
  flags: {
    page: 'docs/configuration.md',
    text: () =>
      table(
        ['flag', 'environment', 'default', 'meaning'],
        Object.entries(FLAGS).map(([name, row]: [string, Flag]) => [
          code(`--${name}${row.value === undefined ? '' : ` ${row.value}`}`),
          code(variableOf(name as FlagName)),
          row.default === undefined ? '' : code(row.default),
          row.doc,
        ]),
      ),
  },
  macros: { page: 'docs/cel.md', text: macroTable },
  functions: { page: 'docs/cel.md', text: functionTables },
  conformance: { page: 'docs/cel.md', text: conformanceTable },
  names: {
    page: 'docs/names.md',
    text: () =>
      table(
        ['name', 'type', 'meaning'],
        Object.entries(NAMES).map(([name, row]) => [code(name), code(row.type), row.doc]),
      ),
  },
};

/** The page with the generated table. */
export function withTable(page: string, name: string, text: string): string {
  const marked = new RegExp(`(<!-- table: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`);
  if (!marked.test(page)) throw new Error(`there is no table \`${name}\` in the page`);
  return page.replace(marked, (_, head: string, tail: string) => `${head}${text}${tail}`);
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, { page, text }] of Object.entries(TABLES)) {
    writeFileSync(page, withTable(readFileSync(page, 'utf8'), name, text()));
  }
}
