/** The bytes of a policy folder, read once, so that changes to the folder do not affect a running compilation. */
export interface PolicyFiles {
  /**
   * All `.yaml` and `.yml` files of the folder, by path relative to the folder (`/` between the parts), except names
   * that start with a dot. In order of path.
   */
  readonly yaml: ReadonlyMap<string, Uint8Array>;
  /**
   * Reads a file that a document refers to. `fromFile` is the path (as in `yaml`) of the file with the reference,
   * `reference` the text as written; the path in the result is relative to the folder. A problem is the predicate of a
   * sentence whose subject is the reference, such as "does not exist".
   */
  read(fromFile: string, reference: string): ReferencedFile | UnreadFile;
}

interface UnreadFile {
  readonly problem: string;
  /** The reference that was probably meant, if the file does not exist. */
  readonly near?: string | undefined;
}

interface ReferencedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly problem?: undefined;
}
