import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type AnySchemaObject } from 'ajv';
import { CODES } from '../../src/diagnostic/codes.ts';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { Lines } from '../../src/diagnostic/lines.ts';
import { sarifLog } from '../../src/diagnostic/sarif.ts';

/** The schema declares draft 4. Except for `id` (now `$id`) it uses nothing that later drafts have changed. */
function schema(): AnySchemaObject {
  const path = createRequire(import.meta.url).resolve('@microsoft/jest-sarif');
  const read = JSON.parse(readFileSync(new URL('schemas/sarif-2.1.0-rtm.5.json', `file://${path}`), 'utf8'));
  const { $schema: _, id: __, ...rest } = read as AnySchemaObject;
  return rest;
}

const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema());

const TEXT = new Lines('# 😀 🙂 x\nab: "é😀" # c\n');

function at(file: string, start: [number, number], end: [number, number]): Diagnostic['span'] {
  return {
    file,
    start: { line: start[0], column: start[1] },
    end: { line: end[0], column: end[1] },
  };
}

const FOUND: readonly Diagnostic[] = [
  {
    code: 'wrong_type',
    severity: 'error',
    message: 'expected text',
    help: 'use quotes',
    span: at('policies/ä b.yaml', [1, 7], [1, 8]),
  },
  {
    code: 'unused_issuer',
    severity: 'warning',
    message: 'nobody',
    span: at('/else/where.yaml', [2, 5], [2, 9]),
  },
];

const log = sarifLog(FOUND, { version: '1.2.3', source: () => TEXT });
const [run] = log.runs;

describe('a SARIF log', () => {
  test('conforms to the schema of SARIF 2.1.0', () => {
    expect(validate(log) ? [] : validate.errors).toEqual([]);
    const broken = { ...log, runs: [{ ...run, columnKind: 'bytes' }] };
    expect(validate(broken)).toBe(false);
    expect(validate(sarifLog([], { version: '1.2.3', source: () => undefined }))).toBe(true);
  });

  test('counts columns in UTF-16 units', () => {
    expect(run?.columnKind).toBe('utf16CodeUnits');
    const regions = run?.results.map(({ locations: [{ physicalLocation }] }) => physicalLocation.region);
    expect(regions).toEqual([
      { startLine: 1, startColumn: 9, endLine: 1, endColumn: 10 },
      { startLine: 2, startColumn: 5, endLine: 2, endColumn: 10 },
    ]);
    const [region] = regions ?? [];
    expect(TEXT.line(1).slice((region?.startColumn ?? 0) - 1, (region?.endColumn ?? 0) - 1)).toBe('x');
  });

  test('has files as URIs, relative to the root of the sources', () => {
    expect(
      run?.results.map(({ locations: [{ physicalLocation }] }) => physicalLocation.artifactLocation),
    ).toEqual([
      { uri: 'policies/%C3%A4%20b.yaml', uriBaseId: '%SRCROOT%' },
      { uri: 'file:///else/where.yaml' },
    ]);
    expect(Object.keys(run?.originalUriBaseIds ?? {})).toEqual(['%SRCROOT%']);
  });

  test('has every code as a rule, and each result refers to its rule', () => {
    const rules = run?.tool.driver.rules ?? [];
    expect(rules.map(({ id }) => id)).toEqual(Object.keys(CODES));
    for (const { ruleId, ruleIndex, level } of run?.results ?? []) {
      expect(rules[ruleIndex]).toMatchObject({ id: ruleId, defaultConfiguration: { level } });
    }
    expect(run?.results[0]?.message.text).toBe('expected text\nhelp: use quotes');
  });

  test('links each rule to its section of the reference', () => {
    const page = readFileSync('docs/diagnostics.md', 'utf8');
    const anchors = new Set(
      [...page.matchAll(/<a id="(\w+)">|^### `(\w+)`$/gm)].map(([, row, section]) => row ?? section),
    );
    for (const { id, help } of run?.tool.driver.rules ?? []) {
      expect(help.markdown).toContain(`(docs/diagnostics.md#${id})`);
      expect([id, anchors.has(id)]).toEqual([id, true]);
    }
  });
});
