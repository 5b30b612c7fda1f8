import { readFileSync, writeFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { run } from '../../src/cli/run.ts';
import type { DiagnosticJson } from '../../src/diagnostic/json.ts';
import type { SarifLog } from '../../src/diagnostic/sarif.ts';
import { expectGolden } from '../support/generated.ts';

const GOLDEN = 'test/golden/forty';

/**
 * What each diagnostic underlines, read off the files by hand: from the start of the first line to the end of the last.
 * `catalog.yaml` has expressions in every style, `orders.yaml` ends its lines in CRLF, `shared.yaml` begins with a
 * byte-order mark and is full of anchors.
 */
const UNDERLINED: readonly (readonly [string, string, string])[] = [
  ['catalog.yaml:7', 'jwt_too_early', 'jwt'],
  ['catalog.yaml:11', 'cel_syntax', '='],
  ['catalog.yaml:14', 'cel_unknown_name', 'reqest'],
  ['catalog.yaml:17', 'cel_literal', "''^/katalog/(é|📦''"],
  ['catalog.yaml:24', 'cel_type', "source.port == 'http'"],
  ['catalog.yaml:31', 'cel_unknown_name', 'sise'],
  ['catalog.yaml:32', 'cel_type', 'request.size'],
  ['catalog.yaml:37', 'cel_type', "request.path.substring(\n        '📦')"],
  ['catalog.yaml:41', 'cel_result', '1'],
  [
    'catalog.yaml:44',
    'cel_costly',
    'jwt.scopes.exists(a, jwt.scopes.exists(b, jwt.scopes.exists(c, a + b == c)))',
  ],
  ['issuers/acme.yaml:7', 'invalid_algorithm', '"RS-256"'],
  ['issuers/acme.yaml:8', 'invalid_url', 'http://login.acme.example/jwks'],
  ['issuers/acme.yaml:11', 'unknown_version', 'lictor/v2'],
  ['issuers/acme.yaml:18', 'exactly_one', 'cookie'],
  ['issuers/acme.yaml:21', 'unknown_kind', 'Isuer'],
  ['orders.yaml:8', 'unknown_field', 'contrls'],
  ['orders.yaml:11', 'invalid_host', '"https://orders.acme.svc/"'],
  ['orders.yaml:11', 'invalid_path', '"api/orders"'],
  ['orders.yaml:11', 'invalid_method', 'post'],
  ['orders.yaml:17', 'invalid_principal', '"spiffe://acme.example/ns//sa/checkout"'],
  ['orders.yaml:18', 'empty_list', '[]'],
  ['orders.yaml:22', 'misplaced_field', 'message'],
  ['orders.yaml:23', 'invalid_name', 'Writers'],
  ['orders.yaml:25', 'duplicate_name', 'readers'],
  ['orders.yaml:27', 'invalid_status', '418'],
  ['orders.yaml:28', 'missing_field', 'effect'],
  ['reports.yaml:7', 'yaml_syntax', '"'],
  ['schemas.yaml:6', 'invalid_schema', 'type: objekt'],
  ['schemas.yaml:8', 'invalid_reference', 'schemas/gröBe.schema.json'],
  ['shared.yaml:9', 'cel_type', "request.time.getHours() >= '8'"],
  ['shared.yaml:14', 'yaml_alias', '*night'],
  ['shared.yaml:18', 'invalid_rate', '100 per sec'],
  ['shared.yaml:20', 'out_of_range', '-1'],
  ['shared.yaml:23', 'yaml_tag', '!!js/regexp'],
  ['shared.yaml:26', 'yaml_duplicate_key', 'burst'],
  ['shared.yaml:30', 'invalid_header', 'x-größe'],
  ['orders.test.yaml:5', 'invalid_time', '2026-06-31 12:00'],
  ['orders.test.yaml:12', 'unknown_reference', 'grösse'],
  ['orders.test.yaml:14', 'unknown_value', 'token_expird'],
  ['orders.test.yaml:15', 'wrong_type', '[1, 2]'],
];

async function check(output: string): Promise<string> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const terminal = { stdout, stderr, environment: {}, directory: GOLDEN };
  expect(await run(['check', 'policies', '--output', output], terminal)).toBe(1);
  stdout.end();
  return text(stdout);
}

function lines(file: string): readonly string[] {
  return readFileSync(`${GOLDEN}/${file}`, 'utf8').replace('\uFEFF', '').split(/\r?\n/);
}

interface Region {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Text of a region of a file; `units` splits a line into the units of columns. */
function underlined(file: string, region: Region, units: (line: string) => readonly string[]): string {
  const { startLine, startColumn, endLine, endColumn } = region;
  const shown = lines(file)
    .slice(startLine - 1, endLine)
    .map(units);
  const last = shown.length - 1;
  return shown
    .map((line, index) => {
      const from = index === 0 ? startColumn - 1 : 0;
      return line.slice(from, index === last ? endColumn - 1 : undefined).join('');
    })
    .join('\n');
}

describe('a folder with forty mistakes', () => {
  test('the golden text for people', async () => {
    const shown = await check('human');
    const expected = `${GOLDEN}/expected.txt`;
    expectGolden(shown, readFileSync(expected, 'utf8'), (text) => writeFileSync(expected, text));
    expect(shown.match(/^policies\/.*: (error|warning)\[/gm)).toHaveLength(40);
  });

  test('forty, all of them different, each exact to the column', async () => {
    const { diagnostics } = JSON.parse(await check('json')) as { diagnostics: readonly DiagnosticJson[] };
    const told = diagnostics.map(({ file, line, column, end_line: endLine, end_column: endColumn, code }) => {
      const region = { startLine: line, startColumn: column, endLine, endColumn };
      const place = `${file.replace('policies/', '')}:${line}`;
      return [place, code, underlined(file, region, (written) => [...written])];
    });
    expect(told).toEqual(UNDERLINED);
    expect(told).toHaveLength(40);
    const mistakes = diagnostics.map(({ code, message }) => `${code} ${message.replace(/^`[^`]*`: /, '')}`);
    expect(new Set(mistakes).size).toBe(40);
  });

  test('for code scanning, with columns in UTF-16 units', async () => {
    const { runs } = JSON.parse(await check('sarif')) as SarifLog;
    const told = (runs[0]?.results ?? []).map(({ ruleId, locations: [{ physicalLocation }] }) => {
      const { artifactLocation, region } = physicalLocation;
      const place = `${artifactLocation.uri.replace('policies/', '')}:${region.startLine}`;
      return [place, ruleId, underlined(artifactLocation.uri, region, (written) => written.split(''))];
    });
    expect(told).toEqual(UNDERLINED);
  });

  test('for a pull request, with one command each', async () => {
    const commands = (await check('github')).split('\n').filter((line) => line.startsWith('::'));
    expect(commands).toHaveLength(40);
    expect(commands.filter((line) => !/^::(error|warning) file=policies\/.+::.+/.test(line))).toEqual([]);
  });
});
