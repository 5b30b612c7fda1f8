import { Diagnostics } from '../../diagnostic/collect.ts';
import type { SourceLocation } from '../../engine/set/policy-set.ts';
import { sourceOf } from '../language/document.ts';
import { child } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import { readYaml } from '../yaml/yaml-file.ts';

/**
 * Locations of the parts of a policy that a compiled policy does not record. A part that is not found has that of the
 * policy.
 */
export interface PolicyLocations {
  readonly requireHeaders: SourceLocation;
  readonly mtls: SourceLocation;
  readonly jwt: SourceLocation;
  readonly from: SourceLocation;
  /** By name. */
  limit(name: string): SourceLocation;
  /** By its index in the list. */
  schema(index: number): SourceLocation;
  readonly allow: SourceLocation;
  readonly deny: SourceLocation;
}

/** Finds the parts of the policy at `source` in a file with the content `bytes`. */
export function locatePolicy(source: SourceLocation, bytes: Uint8Array): PolicyLocations {
  const spec = specAt(source, bytes);
  const place = (...path: readonly string[]): SourceLocation => {
    let at = spec;
    for (const name of path) at = at && child(at, name);
    // A reader looks for the key, not for its value.
    return at === undefined ? source : sourceOf(keyOf(at));
  };
  const items = (name: string): readonly Cursor[] => {
    const at = spec && child(spec, name);
    if (at?.tree.kind !== 'list') return [];
    return at.tree.items.map((tree) => ({ ...at, tree, key: undefined }));
  };
  return {
    requireHeaders: place('requireHeaders'),
    mtls: place('authenticate', 'mtls'),
    jwt: place('authenticate', 'jwt'),
    from: place(spec !== undefined && child(spec, 'from') === undefined ? 'except' : 'from'),
    limit: (wanted) => {
      const found = items('limits').find((at) => textAt(at, 'name') === wanted);
      return found === undefined ? source : sourceOf(found);
    },
    schema: (index) => {
      // The schemas of a template come before those of the policy, so the index cannot be applied to the policy alone.
      const isAdopted = spec !== undefined && child(spec, 'uses') !== undefined;
      const found = isAdopted ? undefined : items('schemas')[index];
      return found === undefined ? source : sourceOf(found);
    },
    allow: place('respond', 'allow'),
    deny: place('respond', 'deny'),
  };
}

function specAt(source: SourceLocation, bytes: Uint8Array): Cursor | undefined {
  const { path, lines, documents } = readYaml(source.file, bytes);
  const context = { path, lines, diagnostics: new Diagnostics() };
  for (const { tree } of documents) {
    if (tree === undefined) continue;
    const at: Cursor = { context, tree, path: '', key: undefined };
    const metadata = child(at, 'metadata');
    const name = metadata && child(metadata, 'name');
    if (name === undefined) continue;
    const { line, column } = sourceOf(name);
    if (line === source.line && column === source.column) return child(at, 'spec');
  }
  return undefined;
}

function keyOf(at: Cursor): Cursor {
  return at.key === undefined ? at : { ...at, tree: { ...at.tree, range: at.key } };
}

function textAt(at: Cursor, name: string): string | undefined {
  const tree = child(at, name)?.tree;
  return tree?.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
}
