import type { CompletionItemKind } from 'vscode-languageserver';

/** Something to be put in the place of what was begun. */
export interface Proposal {
  readonly label: string;
  readonly kind: CompletionItemKind;
  /** In one line beside the label. */
  readonly detail?: string;
  /** Markdown. */
  readonly doc?: string;
  /** Put in, where it is not the label. */
  readonly text?: string;
}

/** Put at the cursor to see what the language has in its place; no author writes it. */
export const MARKER = 'lictorIsAskedHere';
