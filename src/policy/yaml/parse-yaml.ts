import { Composer, type Document, type ErrorCode, Lexer, Parser } from 'yaml';
import { thousands } from '../../diagnostic/thousands.ts';

/** Most values of a file, before its aliases are resolved. */
export const MOST_VALUES = 250_000;
/** Most documents of a file. */
const MOST_DOCUMENTS = 10_000;
/** Most unfinished parts of a value: at most three for each level of nesting. */
const DEEPEST = 400;
/** Errors of the parser that are kept for a file. Only the first of a document is shown; each costs time and memory. */
const MOST_ERRORS = 50;

const OPTIONS = {
  keepSourceTokens: true,
  prettyErrors: false,
  uniqueKeys: false,
  intAsBigInt: true,
  logLevel: 'silent',
} as const;

/** A bound that a text exceeds. Its parts before it were parsed. */
interface Excess {
  readonly code: 'yaml_syntax' | 'too_large';
  /** Offset in the text. */
  readonly at: number;
  readonly message: string;
}

export interface ParsedYaml {
  readonly documents: readonly Document.Parsed[];
  /** Undefined if the whole text was parsed. */
  readonly excess: Excess | undefined;
  /** Number of values, before aliases are resolved. */
  readonly values: number;
}

/** The mark of the lexer before a plain or block scalar. */
const SCALAR = '\u001F';

/**
 * Parses the documents of a text in linear time and memory: the parser stops at a bound instead of building values
 * beyond it, and keeps few errors, of which each has a cost.
 */
export function parseYaml(text: string): ParsedYaml {
  const parser = new Parser();
  const composer = new Composer(OPTIONS);
  keepFewErrors(composer);
  const documents: Document.Parsed[] = [];
  let values = 0;
  let errors = 0;
  let excess: Excess | undefined;
  const compose = (tokens: ReturnType<Parser['end']>): void => {
    for (const token of tokens) {
      if (token.type === 'error' && ++errors > MOST_ERRORS) continue;
      for (const document of composer.next(token)) documents.push(document);
    }
  };
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === SCALAR || lexeme.startsWith('"') || lexeme.startsWith("'")) values += 1;
    compose(parser.next(lexeme));
    excess = excessOf(parser, values, documents.length);
    if (excess !== undefined) break;
  }
  if (excess === undefined) {
    compose(parser.end());
    for (const document of composer.end()) documents.push(document);
  }
  return { documents, excess, values };
}

function excessOf({ stack, offset }: Parser, values: number, documents: number): Excess | undefined {
  if (stack.length > DEEPEST) {
    return { code: 'yaml_syntax', at: offset, message: 'values are nested too deeply' };
  }
  if (values > MOST_VALUES) {
    const message = `the file has more than ${thousands(MOST_VALUES)} values`;
    return { code: 'too_large', at: offset, message };
  }
  if (documents > MOST_DOCUMENTS) {
    const message = `the file has more than ${thousands(MOST_DOCUMENTS)} documents`;
    return { code: 'too_large', at: offset, message };
  }
  return undefined;
}

/** A tab in the indentation is kept, since it is shown in place of the errors that it causes before it. */
function keepFewErrors(composer: Composer): void {
  const keep = composer['onError'] as OnError;
  let errors = 0;
  let hasTab = false;
  const keepFew: OnError = (source, code, message, isWarning) => {
    errors += 1;
    const isFirstTab = code === 'TAB_AS_INDENT' && !hasTab;
    if (errors > MOST_ERRORS && !isFirstTab) return;
    hasTab ||= isFirstTab;
    keep(source, code, message, isWarning);
  };
  composer['onError'] = keepFew;
}

/** The receiver of errors in a `Composer`, which the library's types leave out since it is private. */
type OnError = (source: unknown, code: ErrorCode, message: string, isWarning?: boolean) => void;
