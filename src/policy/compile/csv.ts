/** A record of a CSV text with the line on which it starts, from 1. */
interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

export type ParsedCsv =
  | { readonly records: readonly CsvRecord[]; readonly problem?: undefined }
  /** `problem` is a phrase; `line` counts from 1. */
  | { readonly problem: string; readonly line: number; readonly records?: undefined };

/**
 * Parses a CSV text (RFC 4180) in one pass. Lines end with LF, CRLF or CR. White space around a field is removed unless
 * it is in quotes, and lines without anything else are skipped. Every record has as many fields as the first.
 */
export function parseCsv(text: string): ParsedCsv {
  const reader = new CsvReader(text.startsWith('\uFEFF') ? text.slice(1) : text);
  const records: CsvRecord[] = [];
  while (!reader.isAtEnd) {
    const { line } = reader;
    const fields = reader.record();
    if (typeof fields === 'string') return { problem: fields, line: reader.line };
    if (fields.length === 1 && fields[0] === '' && !reader.wasQuoted) continue;
    if (fields.length !== (records[0]?.fields.length ?? fields.length)) {
      return {
        problem: `${fields.length} values, and the first line has ${records[0]?.fields.length}`,
        line,
      };
    }
    records.push({ fields, line });
  }
  return { records };
}

class CsvReader {
  /** Of the current position, from 1. */
  line = 1;
  /** True if the last record that was read has a field in quotes. */
  wasQuoted = false;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The fields up to the end of the line, which is consumed; a problem as text. */
  record(): readonly string[] | string {
    const fields: string[] = [];
    this.wasQuoted = false;
    for (;;) {
      this.#space();
      const isQuoted = this.#text[this.#at] === '"';
      const field = isQuoted ? this.#quoted() : this.#plain();
      if (field === undefined)
        return isQuoted ? 'a quote is not closed' : 'a quote within a value; put the whole value in quotes';
      this.wasQuoted ||= isQuoted;
      fields.push(field);
      if (isQuoted) this.#space();
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.isAtEnd || this.#lineEnd()) return fields;
      else return 'text after the closing quote of a value';
    }
  }

  #space(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at++;
  }

  /** A value up to the next comma or line end; undefined if it contains a quote. */
  #plain(): string | undefined {
    PLAIN_END.lastIndex = this.#at;
    const end = PLAIN_END.exec(this.#text)?.index ?? this.#text.length;
    if (this.#text[end] === '"') return undefined;
    const value = this.#text.slice(this.#at, end).trim();
    this.#at = end;
    return value;
  }

  /** The value between quotes, of which two stand for one; undefined if they are not closed. */
  #quoted(): string | undefined {
    const parts: string[] = [];
    let from = this.#at + 1;
    for (;;) {
      const end = this.#text.indexOf('"', from);
      if (end === -1) return undefined;
      const part = this.#text.slice(from, end);
      parts.push(part);
      for (let at = part.indexOf('\n'); at !== -1; at = part.indexOf('\n', at + 1)) this.line++;
      from = end + 1;
      if (this.#text[from] !== '"') break;
      parts.push('"');
      from++;
    }
    this.#at = from;
    return parts.join('');
  }

  #lineEnd(): boolean {
    const char = this.#text[this.#at];
    if (char !== '\n' && char !== '\r') return false;
    this.#at += char === '\r' && this.#text[this.#at + 1] === '\n' ? 2 : 1;
    this.line++;
    return true;
  }
}

const PLAIN_END = /[,"\r\n]/g;
