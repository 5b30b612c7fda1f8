/** The bytes of a policy folder, read once; what a compilation sees, whatever the folder does meanwhile. */
export interface PolicyFiles {
  /**
   * Every `.yaml` and `.yml` file of the folder, by its path relative to the folder (`/` between the parts),
   * names starting with a dot left out. In order of path.
   */
  readonly yaml: ReadonlyMap<string, Uint8Array>;
  /**
   * The file that a document refers to. `fromFile` is the path (as in `yaml`) of the file that makes the
   * reference, `reference` the text as written; the result's path is again relative to the folder.
   * A problem is the second half of a sentence: `` `reference` `` followed by it, such as "does not exist" or
   * "leads out of the policy folder".
   */
  read(fromFile: string, reference: string): ReferencedFile | { readonly problem: string };
}

export interface ReferencedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly problem?: undefined;
}
