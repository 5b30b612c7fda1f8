import { API_VERSION, DOCUMENT_FIELDS, KINDS, metadataFields } from '../../policy/language/document.ts';
import { mapping, oneOf } from '../../policy/language/fields.ts';
import { SPEC_FIELDS } from '../../policy/language/json-schema.ts';
import type { Reader } from '../../policy/language/shape.ts';
import { type Shape, type ShapedField, shapeOf } from '../../policy/language/shape.ts';
import { type MappingTree, type Mark, type Tree, valueAt } from '../../policy/yaml/tree.ts';
import type { YamlFile } from '../../policy/yaml/yaml-file.ts';

export type Kind = keyof typeof KINDS;

export type Table = Readonly<Record<string, ShapedField>>;

/** The document that something stands in. */
export interface Owner {
  /** Undefined: none of the language. */
  readonly kind: Kind | undefined;
  /** Empty: it has none. */
  readonly name: string;
  readonly tree: MappingTree;
}

/** A key or a value of a document, and what the language has in its place. */
export type Spot = KeySpot | ValueSpot;

interface Base {
  readonly owner: Owner;
  readonly mark: Mark;
  /** The row of a field table that it belongs to: of a list and of a map that of the whole. */
  readonly field: ShapedField | undefined;
  /** The mapping around it. */
  readonly parent: MappingTree | undefined;
}

export interface KeySpot extends Base {
  readonly kind: 'key';
  readonly name: string;
  readonly value: Tree;
  /** The fields that may stand here; undefined: the names are the author's own, or nothing is known. */
  readonly table: Table | undefined;
  /** Whether the names are the author's own. */
  readonly isOwnName: boolean;
}

export interface ValueSpot extends Base {
  readonly kind: 'value';
  readonly tree: Tree;
  readonly shape: Shape | undefined;
  /** `{param: NAME}` in a template: the scalar is the name. */
  readonly isParameter: boolean;
}

/** Every key and value of the policy documents of a file, by the tables that the reader reads by. */
export function spotsOf({ documents }: Pick<YamlFile, 'documents'>): readonly Spot[] {
  const spots: Spot[] = [];
  for (const { tree } of documents) if (tree?.kind === 'mapping') new Walk(tree, spots).document();
  return spots;
}

/** The innermost key or scalar at a place, the place right behind it included. */
export function spotAt(spots: readonly Spot[], offset: number): Spot | undefined {
  const around = spots.filter(
    (spot) =>
      (spot.kind === 'key' || spot.tree.kind === 'scalar') &&
      spot.mark.start <= offset &&
      offset <= spot.mark.end,
  );
  return around.toSorted((a, b) => a.mark.end - a.mark.start - (b.mark.end - b.mark.start))[0];
}

/** The text of a field of a mapping; undefined: it has none that is text. */
export function textAt(tree: Tree | undefined, ...names: readonly string[]): string | undefined {
  const at = valueAt(tree, ...names);
  return at?.kind === 'scalar' && typeof at.value === 'string' ? at.value : undefined;
}

const VERSION = oneOf([API_VERSION]);
const KIND = oneOf(Object.keys(KINDS));
const PARAMETER: ShapedField = { read: () => undefined, doc: 'the value of a parameter of the template' };

class Walk {
  readonly #owner: Owner;
  readonly #spots: Spot[];

  constructor(tree: MappingTree, spots: Spot[]) {
    const kind = textAt(tree, 'kind') ?? '';
    const name = textAt(tree, 'metadata', 'name') ?? '';
    // Others have documents of such kinds, too.
    const isOurs = textAt(tree, 'apiVersion')?.startsWith('lictor/') ?? true;
    this.#owner = { kind: isOurs && isKind(kind) ? kind : undefined, name, tree };
    this.#spots = spots;
  }

  document(): void {
    const { kind, tree } = this.#owner;
    const { apiVersion, metadata, spec } = DOCUMENT_FIELDS;
    const table: Table = {
      apiVersion: { ...apiVersion, like: VERSION },
      kind: { ...DOCUMENT_FIELDS.kind, like: KIND },
      metadata: { ...metadata, ...(kind && { like: mapping(metadataFields(kind)) }) },
      spec: { ...spec, ...(kind && { like: mapping<Table>(SPEC_FIELDS[kind]) }) },
    };
    this.#fields(tree, table);
  }

  #fields(tree: MappingTree, table: Table | undefined): void {
    for (const [name, { key, value }] of tree.entries) {
      const field = table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
      this.#key({ mark: key, field, parent: tree, name, value, table, isOwnName: false });
      this.#value(value, field && (field.like ?? field.read), field, tree);
    }
  }

  #value(
    tree: Tree,
    read: Reader<unknown> | undefined,
    field: ShapedField | undefined,
    parent: MappingTree | undefined,
  ): void {
    const owner = this.#owner;
    const given = read && shapeOf(read);
    if (tree.kind === 'mapping' && owner.kind === 'PolicyTemplate' && isParameter(tree)) {
      this.#parameter(tree);
      return;
    }
    const shape = given?.kind === 'either' ? chosen(given.of, tree) : given;
    this.#spots.push({
      kind: 'value',
      owner,
      mark: tree.mark,
      field,
      parent,
      tree,
      shape,
      isParameter: false,
    });
    if (tree.kind === 'list') {
      const item = shape?.kind === 'list' ? shape.item : undefined;
      for (const each of tree.items) this.#value(each, item, field, parent);
    } else if (tree.kind === 'mapping' && shape?.kind === 'map') {
      for (const [name, { key, value }] of tree.entries) {
        this.#key({ mark: key, field, parent: tree, name, value, table: undefined, isOwnName: true });
        this.#value(value, shape.value, undefined, tree);
      }
    } else if (tree.kind === 'mapping') {
      this.#fields(tree, shape?.kind === 'mapping' ? shape.fields : undefined);
    }
  }

  #parameter(tree: MappingTree): void {
    for (const [name, { key, value }] of tree.entries) {
      const table = { param: PARAMETER };
      this.#key({ mark: key, field: PARAMETER, parent: tree, name, value, table, isOwnName: false });
      const { mark } = value;
      const about = { owner: this.#owner, mark, field: PARAMETER, parent: tree, shape: undefined };
      this.#spots.push({ ...about, kind: 'value', tree: value, isParameter: true });
    }
  }

  #key(spot: Omit<KeySpot, 'kind' | 'owner'>): void {
    this.#spots.push({ kind: 'key', owner: this.#owner, ...spot });
  }
}

/** Of several readers the one for such a value. */
function chosen(readers: readonly Reader<unknown>[], tree: Tree): Shape | undefined {
  const shapes = readers.map(shapeOf);
  const isMapping = (shape: Shape | undefined) => shape?.kind === 'mapping' || shape?.kind === 'map';
  return shapes.find((shape) => isMapping(shape) === (tree.kind === 'mapping'));
}

function isParameter({ entries }: MappingTree): boolean {
  return entries.size === 1 && entries.has('param');
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(KINDS, kind);
}
