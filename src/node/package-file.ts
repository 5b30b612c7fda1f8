/** The folder of the package: two steps up from `src/node`, one from the bundles in `dist`. */
const PACKAGE = new URL(import.meta.url.endsWith('.ts') ? '../../' : '../', import.meta.url);

/** URL of a file or, with a slash at the end, of a folder of the package, such as `docs/diagnostics.md`. */
export function packageFile(path: string): URL {
  return new URL(path, PACKAGE);
}
