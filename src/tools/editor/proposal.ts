import type { CompletionItemKind } from 'vscode-languageserver';

/** A completion for the word at the cursor. */
export interface Proposal {
  readonly label: string;
  readonly kind: CompletionItemKind;
  /** Short text next to the label. */
  readonly detail?: string;
  /** Documentation in Markdown. */
  readonly doc?: string;
  /** Text to insert, if it is not the label. */
  readonly text?: string;
  /** True if the text has places in the syntax of snippets; only for editors that have them. */
  readonly isSnippet?: true;
}

/** The proposals at the cursor. */
export interface Proposals {
  /** Part of the word before the cursor. */
  readonly prefix: string;
  readonly items: readonly Proposal[];
}

/** Word that is inserted at the cursor to find its position in the document; unlikely to be in a policy. */
export const MARKER = 'lictorCompletionMarker';
