import { CsvError, parse } from 'csv-parse/sync';

/** A record of a CSV text with the line on which it starts, from 1. */
interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

export type ParsedCsv =
  | { readonly records: readonly CsvRecord[]; readonly problem?: undefined }
  /** `problem` is a phrase; `line` counts from 1. */
  | { readonly problem: string; readonly line: number; readonly records?: undefined };

/** The mistakes of authors, by the code of the library; it names others itself. */
const PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is not closed',
  CSV_INVALID_CLOSING_QUOTE: 'text after the closing quote of a value',
  INVALID_OPENING_QUOTE: 'a quote within a value; put the whole value in quotes',
};

/**
 * Parses a CSV text (RFC 4180), whose lines all end with LF, CRLF or CR. White space around a field is removed unless
 * it is in quotes, and lines without anything else are skipped. Every record has as many fields as the first.
 */
export function parseCsv(text: string): ParsedCsv {
  const records: CsvRecord[] = [];
  let end = 0;
  const onRecord = (fields: readonly string[], { lines }: { readonly lines: number }): undefined => {
    records.push({ fields, line: lines - lineBreaksIn(fields) });
    end = lines;
  };
  try {
    parse(text, { bom: true, skip_empty_lines: true, trim: true, on_record: onRecord });
    return { records };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The quote can be anywhere after the last record: the library names the last line of the file.
    const line = error.code === 'CSV_QUOTE_NOT_CLOSED' ? end + 1 : Number(error['lines'] ?? 1);
    return { problem: problemOf(error, records[0]), line };
  }
}

function lineBreaksIn(fields: readonly string[]): number {
  let count = 0;
  for (const field of fields) {
    for (let at = field.indexOf('\n'); at !== -1; at = field.indexOf('\n', at + 1)) count++;
  }
  return count;
}

function problemOf(error: CsvError, header: CsvRecord | undefined): string {
  const { code } = error;
  const record: unknown = error['record'];
  if (code.startsWith('CSV_RECORD_INCONSISTENT_') && Array.isArray(record)) {
    return `${record.length} values, and the first line has ${header?.fields.length ?? 0}`;
  }
  return PROBLEMS[code] ?? code.replace(/^CSV_/, '').replaceAll('_', ' ').toLowerCase();
}
