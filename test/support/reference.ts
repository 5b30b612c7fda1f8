import { readFileSync, writeFileSync } from 'node:fs';
import { VERBS } from '../../src/cli/verbs.ts';
import { CODES } from '../../src/diagnostic/codes.ts';
import { GRPC_CODES, REASONS } from '../../src/engine/decision/reasons.ts';
import { COMMA_RULES, HEADER_FIELDS, OVERRIDE_HEADERS } from '../../src/engine/request/header-fields.ts';
import { NAMES } from '../../src/engine/request/names.ts';
import { CHAIN_EVENTS } from '../../src/sidecar/audit/chain/chain-events.ts';
import { FAULTS } from '../../src/sidecar/limit-redis/faults.ts';
import { SETTINGS } from '../../src/sidecar/server/settings.ts';
import { METRICS } from '../../src/sidecar/telemetry/metric-table.ts';
import { AUDIT_FAULTS } from '../../src/tools/audit/audit-fault.ts';
import { PASSED_SETTINGS, POD_OPTIONS } from '../../src/tools/inject/options.ts';
import { PARTS } from '../bench/parts.ts';
import { conformanceTable } from '../cel/conformance/table.ts';
import { functionTables, macroTable } from './cel-reference.ts';
import { chartTable } from './chart-reference.ts';
import { compareTable } from './compare-table.ts';
import { flagTable, settingTable } from './flag-reference.ts';
import { injectionTable, podOptionTable, webhookMetricTable } from './injection-tables.ts';
import { code, table } from './markdown.ts';
import { presetTable } from './preset-table.ts';
import { recordTable } from './record-table.ts';

interface ReferenceTable {
  readonly page: string;
  readonly text: () => string;
}

/** The flags of `serve` are settings, which have a page of their own. */
const VERB_TABLES: Readonly<Record<string, ReferenceTable>> = Object.fromEntries(
  VERBS.filter(({ name, flags }) => name !== 'serve' && Object.keys(flags).length > 0).map(
    ({ name, flags }) => [
      `flags of ${name}`,
      { page: 'docs/command-line.md', text: () => flagTable(flags) } satisfies ReferenceTable,
    ],
  ),
);

/** The reference tables of `docs/`, generated from the tables of the source code. */
export const TABLES: Readonly<Record<string, ReferenceTable>> = {
  'values of the chart': { page: 'deploy/chart/README.md', text: chartTable },
  reasons: {
    page: 'docs/reasons.md',
    text: () =>
      table(
        ['reason', 'status', 'gRPC', 'challenge', 'title', 'when'],
        Object.entries(REASONS).map(([name, row]) => [
          code(name),
          String(row.status),
          `${row.grpc} (${GRPC_CODES[row.grpc]})`,
          'challenge' in row ? code(row.challenge) : '',
          row.title,
          row.doc,
        ]),
      ),
  },
  'header fields': {
    page: 'docs/headers.md',
    text: () =>
      table(
        ['header', 'a comma', 'source'],
        Object.entries(HEADER_FIELDS).map(([name, { comma, source }]) => [
          code(name),
          COMMA_RULES[comma],
          source,
        ]),
      ),
  },
  'override headers': {
    page: 'docs/headers.md',
    text: () =>
      table(
        ['header', 'what some servers replace by it'],
        Object.entries(OVERRIDE_HEADERS).map(([name, part]) => [code(name), part]),
      ),
  },
  presets: {
    page: 'docs/identity-providers.md',
    text: presetTable,
  },
  'faults of Redis': {
    page: 'docs/operating.md',
    text: () =>
      table(
        ['fault', 'what is wrong', 'what to do'],
        Object.entries(FAULTS).map(([name, { cause, help }]) => [code(name), cause, help]),
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
  'events of a chained log': {
    page: 'docs/audit.md',
    text: () =>
      table(
        ['event', 'meaning', 'members'],
        Object.entries(CHAIN_EVENTS).map(([name, { doc, members }]) => [
          code(name),
          doc,
          members.map(code).join(', '),
        ]),
      ),
  },
  'faults of a chained log': {
    page: 'docs/audit.md',
    text: () =>
      table(
        ['fault', 'meaning'],
        Object.entries(AUDIT_FAULTS).map(([name, doc]) => [code(name), doc]),
      ),
  },
  'record fields': { page: 'docs/records.md', text: recordTable },
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
  settings: { page: 'docs/configuration.md', text: () => settingTable(SETTINGS) },
  ...VERB_TABLES,
  injection: { page: 'docs/kubernetes.md', text: injectionTable },
  'webhook metrics': { page: 'docs/kubernetes.md', text: webhookMetricTable },
  'pod options': { page: 'docs/kubernetes.md', text: () => podOptionTable(POD_OPTIONS) },
  'passed settings': { page: 'docs/kubernetes.md', text: () => podOptionTable(PASSED_SETTINGS) },
  macros: { page: 'docs/cel.md', text: macroTable },
  functions: { page: 'docs/cel.md', text: functionTables },
  conformance: { page: 'docs/cel.md', text: conformanceTable },
  'compare orders': { page: 'docs/compare.md', text: () => compareTable('orders') },
  'compare call-graph': { page: 'docs/compare.md', text: () => compareTable('call-graph') },
  'bench parts': {
    page: 'docs/performance.md',
    text: () =>
      table(
        ['`PART`', 'what it measures', 'needs'],
        Object.entries(PARTS).map(([name, { doc, needs }]) => [code(name), doc, needs.map(code).join(', ')]),
      ),
  },
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
