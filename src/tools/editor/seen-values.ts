import { METADATA_FIELDS } from '../../policy/language/document.ts';
import { SPEC_FIELDS } from '../../policy/language/json-schema.ts';
import type { Reader } from '../../policy/language/shape.ts';
import { type ShapedField, shapeOf } from '../../policy/language/shape.ts';
import type { YamlFile } from '../../policy/yaml/yaml-file.ts';
import { type DocumentNode, documentNodes, type KeyNode } from './document-nodes.ts';

/** Values that mean the same in fields of several kinds of documents, so that one proposes those of the others. */
export type Meaning =
  | 'principal'
  | 'host'
  | 'method'
  | 'path'
  | 'header'
  | 'claim'
  | 'scope'
  | 'role'
  | 'owner'
  | 'control'
  | 'audience';

const VALUES: Readonly<Record<string, Meaning>> = {
  principals: 'principal',
  principal: 'principal',
  hosts: 'host',
  host: 'host',
  methods: 'method',
  method: 'method',
  paths: 'path',
  path: 'path',
  requireHeaders: 'header',
  requireClaims: 'claim',
  audienceClaim: 'claim',
  scopesClaim: 'claim',
  scopes: 'scope',
  roles: 'role',
  owner: 'owner',
  controls: 'control',
  audiences: 'audience',
};

/** Mappings whose keys have a meaning. */
const KEYS: Readonly<Record<string, Meaning>> = { headers: 'header', claims: 'claim' };

/** Every row of the tables of fields, with its name. */
function rows(table: Readonly<Record<string, ShapedField>>, found: Map<ShapedField, string>): void {
  for (const [name, row] of Object.entries(table)) {
    if (found.has(row)) continue;
    found.set(row, name);
    below(row.like ?? row.read, found);
  }
}

function below(read: Reader<unknown>, found: Map<ShapedField, string>): void {
  const shape = shapeOf(read);
  switch (shape?.kind) {
    case 'mapping':
      rows(shape.fields, found);
      return;
    case 'list':
      below(shape.item, found);
      return;
    case 'map':
      below(shape.value, found);
      return;
    case 'either':
      for (const each of shape.of) below(each, found);
      return;
    default:
  }
}

const NAMES = new Map<ShapedField, string>();
for (const table of [METADATA_FIELDS, ...Object.values(SPEC_FIELDS)]) rows(table, NAMES);

/** The name of a row of the tables of fields. */
export function nameOf(field: ShapedField | undefined): string {
  return (field && NAMES.get(field)) ?? '';
}

/** The meaning of a value, or of a key that the author chooses; undefined if it has none here. */
export function meaningOf(node: DocumentNode): Meaning | undefined {
  const own = (table: Readonly<Record<string, Meaning>>, name: string): Meaning | undefined =>
    Object.hasOwn(table, name) ? table[name] : undefined;
  if (node.kind === 'value') return own(VALUES, nameOf(node.field));
  return node.table === undefined ? own(KEYS, nameOf(node.within)) : undefined;
}

/** Values by their meaning. */
type SeenValues = ReadonlyMap<Meaning, ReadonlySet<string>>;

const cache = new WeakMap<YamlFile, SeenValues>();

/** The values with a meaning in all files, those of each file collected once. */
export function seenIn(files: readonly YamlFile[], meaning: Meaning): readonly string[] {
  const all = new Set<string>();
  for (const file of files) {
    const seen = cache.get(file) ?? collect(file);
    cache.set(file, seen);
    for (const value of seen.get(meaning) ?? []) all.add(value);
  }
  return [...all].toSorted();
}

function collect(file: YamlFile): SeenValues {
  const seen = new Map<Meaning, Set<string>>();
  const add = (meaning: Meaning, value: string): void => {
    seen.set(meaning, (seen.get(meaning) ?? new Set()).add(value));
  };
  for (const node of documentNodes(file)) {
    const meaning = meaningOf(node);
    if (node.kind === 'key') {
      if (meaning !== undefined) add(meaning, meaning === 'header' ? node.name.toLowerCase() : node.name);
      for (const scope of meaning === 'claim' ? scopesIn(node) : []) add('scope', scope);
    } else if (meaning !== undefined && node.tree.kind === 'scalar' && typeof node.tree.value === 'string') {
      // The path of a request may have a query.
      if (node.tree.value !== '') add(meaning, node.tree.value.replace(/^(\/[^?]*)\?.*$/, '$1'));
    }
  }
  return seen;
}

/** RFC 8693, section 4.2: the claim `scope` has scopes with spaces between them. */
function scopesIn({ name, value }: KeyNode): readonly string[] {
  if (name !== 'scope' || value.kind !== 'scalar' || typeof value.value !== 'string') return [];
  return value.value.split(' ').filter((scope) => scope !== '');
}
