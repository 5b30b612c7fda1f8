import type { Range } from '../../diagnostic/range.ts';
import { API_VERSION, DOCUMENT_FIELDS, KINDS, metadataFields } from '../../policy/language/document.ts';
import { mapping, oneOf } from '../../policy/language/fields.ts';
import { SPEC_FIELDS } from '../../policy/language/json-schema.ts';
import type { Reader } from '../../policy/language/shape.ts';
import { type Shape, type ShapedField, shapeOf } from '../../policy/language/shape.ts';
import { type MappingTree, type Tree, valueAt } from '../../policy/yaml/tree.ts';
import type { YamlFile } from '../../policy/yaml/yaml-file.ts';

export type Kind = keyof typeof KINDS;

type Table = Readonly<Record<string, ShapedField>>;

/** The document that contains a node. */
export interface Owner {
  /** Undefined if the document is not a policy document. */
  readonly kind: Kind | undefined;
  /** Empty if the document has no name. */
  readonly name: string;
  readonly tree: MappingTree;
}

/** A key or a value of a document, with the field that the language has at its position. */
export type DocumentNode = KeyNode | ValueNode;

interface Base {
  readonly owner: Owner;
  readonly range: Range;
  /** Row of a field table. Items of a list and entries of a map have the row of the list or map. */
  readonly field: ShapedField | undefined;
  /** The mapping that contains the node. */
  readonly parent: MappingTree | undefined;
}

export interface KeyNode extends Base {
  readonly kind: 'key';
  readonly name: string;
  readonly value: Tree;
  /** Fields that the mapping may have; undefined if its keys are names of the author, or if it is unknown. */
  readonly table: Table | undefined;
  /** True if the key is a name of the author. */
  readonly isOwnName: boolean;
  /** Row of the field whose value is the mapping. */
  readonly within: ShapedField | undefined;
}

export interface ValueNode extends Base {
  readonly kind: 'value';
  readonly tree: Tree;
  readonly shape: Shape | undefined;
  /** True for the name in `{param: NAME}` of a template. */
  readonly isParameter: boolean;
}

/** All keys and values of the policy documents of a file, by the field tables of the language. */
export function documentNodes({ documents }: Pick<YamlFile, 'documents'>): readonly DocumentNode[] {
  const nodes: DocumentNode[] = [];
  for (const { tree } of documents) if (tree?.kind === 'mapping') new Walk(tree, nodes).document();
  return nodes;
}

/** The innermost key or scalar at an offset, the offset directly after it included. */
export function nodeAt(nodes: readonly DocumentNode[], offset: number): DocumentNode | undefined {
  const containing = nodes.filter(
    (node) =>
      (node.kind === 'key' || node.tree.kind === 'scalar') &&
      node.range.start <= offset &&
      offset <= node.range.end,
  );
  return containing.toSorted((a, b) => a.range.end - a.range.start - (b.range.end - b.range.start))[0];
}

/** The string at a path of field names; undefined if there is none, or the value is not a string. */
export function textAt(tree: Tree | undefined, ...names: readonly string[]): string | undefined {
  const at = valueAt(tree, ...names);
  return at?.kind === 'scalar' && typeof at.value === 'string' ? at.value : undefined;
}

const VERSION = oneOf([API_VERSION]);
const KIND = oneOf(Object.keys(KINDS));
const PARAMETER: ShapedField = { read: () => undefined, doc: 'the value of a parameter of the template' };

class Walk {
  readonly #owner: Owner;
  readonly #nodes: DocumentNode[];

  constructor(tree: MappingTree, nodes: DocumentNode[]) {
    const kind = textAt(tree, 'kind') ?? '';
    const name = textAt(tree, 'metadata', 'name') ?? '';
    // Other programs have documents of the same kinds.
    const isLictor = textAt(tree, 'apiVersion')?.startsWith('lictor/') ?? true;
    this.#owner = { kind: isLictor && isKind(kind) ? kind : undefined, name, tree };
    this.#nodes = nodes;
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
    this.#fields(tree, table, undefined);
  }

  #fields(tree: MappingTree, table: Table | undefined, within: ShapedField | undefined): void {
    for (const [name, { key, value }] of tree.entries) {
      const field = table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
      this.#key({ range: key, field, parent: tree, name, value, table, isOwnName: false, within });
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
    const declared = read && shapeOf(read);
    if (tree.kind === 'mapping' && owner.kind === 'PolicyTemplate' && isParameter(tree)) {
      this.#parameter(tree);
      return;
    }
    if (declared?.kind === 'either') {
      const long = declared.longForm?.(tree) ?? tree;
      const fields = long === tree ? undefined : alternativeFor(declared.of, long);
      if (long.kind === 'mapping' && fields?.kind === 'mapping') {
        this.#shortForm(long, fields.fields);
        return;
      }
    }
    const shape = declared?.kind === 'either' ? alternativeFor(declared.of, tree) : declared;
    this.#nodes.push({
      kind: 'value',
      owner,
      range: tree.range,
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
        this.#key({
          range: key,
          field,
          parent: tree,
          name,
          value,
          table: undefined,
          isOwnName: true,
          within: field,
        });
        this.#value(value, shape.value, shape.entry, tree);
      }
    } else if (tree.kind === 'mapping') {
      this.#fields(tree, shape?.kind === 'mapping' ? shape.fields : undefined, field);
    }
  }

  /** The values of a mapping whose keys are not written. */
  #shortForm(tree: MappingTree, table: Table): void {
    for (const [name, { value }] of tree.entries) {
      const field = Object.hasOwn(table, name) ? table[name] : undefined;
      this.#value(value, field && (field.like ?? field.read), field, tree);
    }
  }

  #parameter(tree: MappingTree): void {
    for (const [name, { key, value }] of tree.entries) {
      const table = { param: PARAMETER };
      this.#key({
        range: key,
        field: PARAMETER,
        parent: tree,
        name,
        value,
        table,
        isOwnName: false,
        within: undefined,
      });
      const { range } = value;
      const base = { owner: this.#owner, range, field: PARAMETER, parent: tree, shape: undefined };
      this.#nodes.push({ ...base, kind: 'value', tree: value, isParameter: true });
    }
  }

  #key(node: Omit<KeyNode, 'kind' | 'owner'>): void {
    this.#nodes.push({ kind: 'key', owner: this.#owner, ...node });
  }
}

/** Shape of the alternative that reads such a tree: the fields that it has, names of the author, or any other value. */
function alternativeFor(readers: readonly Reader<unknown>[], tree: Tree): Shape | undefined {
  const shapes = readers.flatMap(alternatives);
  const isMapping = (shape: Shape) => shape.kind === 'mapping' || shape.kind === 'map';
  if (tree.kind !== 'mapping') return shapes.find((shape) => !isMapping(shape));
  const keys = [...tree.entries.keys()];
  const isOf = (shape: Shape) =>
    shape.kind === 'mapping' && keys.some((key) => Object.hasOwn(shape.fields, key));
  return shapes.find(isOf) ?? shapes.find(({ kind }) => kind === 'map') ?? shapes.find(isMapping);
}

function alternatives(read: Reader<unknown>): readonly Shape[] {
  const shape = shapeOf(read);
  if (shape?.kind === 'either') return shape.of.flatMap(alternatives);
  return shape === undefined ? [] : [shape];
}

function isParameter({ entries }: MappingTree): boolean {
  return entries.size === 1 && entries.has('param');
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(KINDS, kind);
}
