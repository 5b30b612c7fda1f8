/** Part of a text, in UTF-16 offsets; `end` is the first offset after it. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Replacement of a part of a text. */
export interface Edit extends Range {
  readonly text: string;
}
