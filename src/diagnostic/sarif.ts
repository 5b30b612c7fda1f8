import type { Severity } from './codes.ts';
import { CODES, type DiagnosticCode } from './codes.ts';
import type { Diagnostic, Fix, Position, Span } from './diagnostic.ts';
import { fullText } from './full-text.ts';
import type { Lines } from './lines.ts';

/** A log of one run of `check` in SARIF 2.1.0 (OASIS): only the members that are written. */
export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly SarifRun[];
}

interface SarifRun {
  readonly tool: { readonly driver: SarifDriver };
  readonly columnKind: 'utf16CodeUnits';
  readonly originalUriBaseIds: Readonly<Record<string, { readonly description: Text }>>;
  readonly results: readonly SarifResult[];
}

interface SarifDriver {
  readonly name: string;
  readonly semanticVersion: string;
  readonly rules: readonly SarifRule[];
}

interface SarifRule {
  readonly id: DiagnosticCode;
  readonly shortDescription: Text;
  readonly defaultConfiguration: { readonly level: Severity };
  readonly help: { readonly text: string; readonly markdown: string };
}

interface SarifResult {
  readonly ruleId: DiagnosticCode;
  readonly ruleIndex: number;
  readonly level: Severity;
  readonly message: Text;
  readonly locations: readonly [{ readonly physicalLocation: SarifLocation }];
  readonly fixes?: readonly [SarifFix];
}

interface SarifFix {
  readonly description: Text;
  readonly artifactChanges: readonly [
    {
      readonly artifactLocation: SarifLocation['artifactLocation'];
      readonly replacements: readonly [
        { readonly deletedRegion: SarifLocation['region']; readonly insertedContent: Text },
      ];
    },
  ];
}

interface SarifLocation {
  readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
  readonly region: {
    readonly startLine: number;
    readonly startColumn: number;
    readonly endLine: number;
    readonly endColumn: number;
  };
}

interface Text {
  readonly text: string;
}

export interface SarifOptions {
  readonly version: string;
  /** The text of a file, for columns in UTF-16 units. Columns stay in code points if it is undefined. */
  readonly source: (file: string) => Lines | undefined;
}

/** Base of relative paths: the working directory. */
const BASE = '%SRCROOT%';
/** The reference page of all codes, with an anchor for each. */
const REFERENCE = 'docs/diagnostics.md';
const IDS = Object.keys(CODES);

/** A SARIF log. Files are relative to the root of the sources, or absolute if they are outside of it. */
export function sarifLog(diagnostics: readonly Diagnostic[], { version, source }: SarifOptions): SarifLog {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'lictor', semanticVersion: version, rules: rules() } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [BASE]: { description: { text: 'where `lictor check` was called' } } },
        results: diagnostics.map((each) => result(each, source(each.span.file))),
      },
    ],
  };
}

/** All codes, reported or not: `ruleIndex` is the index in this list. */
function rules(): readonly SarifRule[] {
  return Object.entries(CODES).map(([id, { severity, doc }]) => ({
    id: id as DiagnosticCode,
    shortDescription: { text: doc },
    defaultConfiguration: { level: severity },
    help: {
      text: `${doc}; see ${REFERENCE}#${id}`,
      markdown: `${doc}; see [\`${id}\`](${REFERENCE}#${id})`,
    },
  }));
}

function result(diagnostic: Diagnostic, lines: Lines | undefined): SarifResult {
  const { code, severity, message, help, fix, span } = diagnostic;
  return {
    ruleId: code,
    ruleIndex: IDS.indexOf(code),
    level: severity,
    message: { text: fullText(diagnostic) },
    locations: [{ physicalLocation: place(span, lines) }],
    ...(fix === undefined ? {} : { fixes: [sarifFix(fix, help ?? message, span.file, lines)] }),
  };
}

function sarifFix({ start, end, text }: Fix, help: string, file: string, lines: Lines | undefined): SarifFix {
  const { artifactLocation, region } = place({ file, start, end }, lines);
  return {
    description: { text: help },
    artifactChanges: [
      { artifactLocation, replacements: [{ deletedRegion: region, insertedContent: { text } }] },
    ],
  };
}

function place({ file, start, end }: Span, lines: Lines | undefined): SarifLocation {
  const absolute = file.startsWith('/');
  const path = file.split('/').map(encodeURIComponent).join('/');
  return {
    artifactLocation: absolute ? { uri: `file://${path}` } : { uri: path, uriBaseId: BASE },
    region: {
      startLine: start.line,
      startColumn: utf16Column(start, lines),
      endLine: end.line,
      endColumn: utf16Column(end, lines),
    },
  };
}

/** Converts a column in code points to one in UTF-16 units, of which some characters have two. Both count from 1. */
function utf16Column({ line, column }: Position, lines: Lines | undefined): number {
  if (lines === undefined) return column;
  let units = 0;
  let left = column - 1;
  for (const character of lines.line(line)) {
    if (left === 0) break;
    units += character.length;
    left--;
  }
  return units + left + 1;
}
