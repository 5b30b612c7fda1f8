/** A header that a policy reads, by lower-case name. */
export interface HeaderRead {
  readonly name: string;
  /**
   * `value`: the text, as of one header; `values`: the list of all values, which the proxy must have sent apart;
   * `presence`: only whether there is one.
   */
  readonly use: 'value' | 'values' | 'presence';
  /** `isPlainName(name)`. */
  readonly isPlain: boolean;
}

/** Query parameters that a policy reads, each decoded. */
export interface ParameterReads {
  readonly names: readonly string[];
  /** True if parameters are read whose names are only known at evaluation time. */
  readonly isOpen: boolean;
  /** Names that are read with the brackets after them, such as `filter` of `filter[gte]`. */
  readonly bracketed?: readonly string[];
}

/** The headers and query parameters that expressions read. */
export interface HeaderReads {
  /** Each name once. */
  readonly named: readonly HeaderRead[];
  /** Use of headers whose names are only known at evaluation time; undefined: none are read. */
  readonly others: Exclude<HeaderRead['use'], 'presence'> | undefined;
  /** Undefined: no query parameter is read. */
  readonly parameters: ParameterReads | undefined;
}

export const NO_HEADER_READS: HeaderReads = Object.freeze({
  named: Object.freeze([]),
  others: undefined,
  parameters: undefined,
});
