import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Edit } from '../../diagnostic/range.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import type { FlagSource } from '../../flag/read-flags.ts';
import { plainJson, type Tree, valueAt } from '../../policy/yaml/tree.ts';
import { readYaml } from '../../policy/yaml/yaml-file.ts';
import { difference } from './difference.ts';
import { applyEdits, yamlEdits } from './edit-yaml.ts';
import { injectPod, type Pod } from './inject-pod.ts';
import { isEqual, member } from './json.ts';
import { INJECT } from './names.ts';
import { type Path, type Workload, workloadsOf } from './workloads.ts';

export interface FileOptions {
  /** Options of pods without the annotation. */
  readonly defaults: FlagSource;
  /** Leaves out pods without the label `lictor.dev/inject: "true"`. */
  readonly labelled: boolean;
}

/** Result of the injection of one pod of a file. */
export interface PodReport extends Omit<Workload, 'path'> {
  /** Line of the pod or of its template. */
  readonly line: number;
  /** `unchanged`: it has the sidecar already. */
  readonly result: 'injected' | 'unchanged' | 'skipped' | 'refused';
  /** Sentences: problems of a refused pod, warnings of an injected one. */
  readonly notes: readonly string[];
}

export type InjectedFile =
  | {
      readonly kind: 'read';
      /** The text of the file. */
      readonly before: string;
      /** The text with the sidecars, which is the same if no pod has changed. */
      readonly text: string;
      readonly pods: readonly PodReport[];
    }
  /** The file is not valid YAML or JSON. */
  | { readonly kind: 'broken'; readonly mistakes: readonly Diagnostic[]; readonly lines: Lines }
  /** A sentence: the second half after the name of the file. */
  | { readonly kind: 'fault'; readonly problem: string; readonly isOurs: boolean };

/** Adds the sidecar to all workloads of a YAML or JSON file. Text that is not changed is kept byte by byte. */
export function injectFile(path: string, bytes: Uint8Array, options: FileOptions): InjectedFile {
  const { lines, mistakes, documents } = readYaml(path, bytes);
  if (mistakes.length > 0) return { kind: 'broken', mistakes, lines };
  const trees = documents.flatMap(({ tree }) => (tree === undefined ? [] : [tree]));
  const done = trees.map((tree) => injectDocument(tree, lines, options));
  const pods = done.flatMap((each) => each.pods);
  const edits = done.flatMap((each) => each.edits);
  const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (edits.length === 0) return { kind: 'read', before, text: before, pods };
  const byteOrderMark = before.slice(0, before.length - lines.text.length);
  const text = applyEdits(lines.text, withLineEnds(edits, lines.text));
  const after = readDocuments(text);
  if (after.tooMuch !== undefined) return tooLarge(after.tooMuch);
  // INVARIANT: a text that means something else than the injected objects is never returned.
  if (
    isEqual(
      after.documents,
      done.map(({ document }) => document),
    )
  )
    return { kind: 'read', before, text: byteOrderMark + text, pods };
  return FAULTS[/[*]/.test(lines.text) ? 'alias' : 'ours'];
}

const FAULTS = {
  alias: {
    kind: 'fault',
    problem: 'has a pod that shares parts with another place by a YAML alias; write these parts out',
    isOurs: false,
  },
  ours: {
    kind: 'fault',
    problem: 'is not changed: it would mean something else. Please report this with the file',
    isOurs: true,
  },
} as const satisfies Record<string, InjectedFile>;

interface InjectedDocument {
  readonly document: JsonValue;
  readonly edits: readonly Edit[];
  readonly pods: readonly PodReport[];
}

function injectDocument(tree: Tree, lines: Lines, options: FileOptions): InjectedDocument {
  let document = plainJson(tree);
  const edits: Edit[] = [];
  const pods: PodReport[] = [];
  for (const { path, kind, name } of workloadsOf(document)) {
    const found = treeAt(tree, path);
    const before = jsonAt(document, path);
    if (found === undefined || !isJsonObject(before)) continue;
    const { pod, result, notes } = injectWorkload(before, options);
    const change = difference(before, pod);
    const line = lines.position(found.range.start).line;
    pods.push({
      kind,
      name,
      line,
      notes,
      result: change === undefined && result === 'injected' ? 'unchanged' : result,
    });
    if (change === undefined) continue;
    edits.push(...yamlEdits(lines.text, found, change, { indentsLists: indentsLists(lines.text, found) }));
    document = withValue(document, path, pod);
  }
  return { document, edits, pods };
}

/** The pod as it shall be, which is the same unless it is injected. */
function injectWorkload(
  pod: Pod,
  { defaults, labelled }: FileOptions,
): Pick<PodReport, 'notes'> & { readonly pod: Pod; readonly result: 'injected' | 'skipped' | 'refused' } {
  const label = member(member(pod['metadata'], 'labels'), INJECT);
  if (labelled && label === undefined) return { pod, result: 'skipped', notes: [] };
  const done = injectPod(pod, defaults);
  switch (done.kind) {
    case 'injected':
      return { pod: done.pod, result: 'injected', notes: done.warnings };
    case 'skipped':
      return { pod, result: 'skipped', notes: [] };
    case 'refused':
      return { pod, result: 'refused', notes: done.problems };
  }
}

/** As `indent` of other tools: the items of the list of containers are further to the right than its key. */
function indentsLists(text: string, pod: Tree): boolean {
  const spec = valueAt(pod, 'spec');
  const entry = spec?.kind === 'mapping' ? spec.entries.get('containers') : undefined;
  if (entry === undefined) return true;
  const columnOf = (offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1);
  return columnOf(entry.value.range.start) !== columnOf(entry.key.start);
}

/** Edits with the line ends of the text. */
function withLineEnds(edits: readonly Edit[], text: string): readonly Edit[] {
  if (!/^[^\n]*\r\n/.test(text)) return edits;
  return edits.map((edit) => ({ ...edit, text: edit.text.replaceAll('\n', '\r\n') }));
}

/** The documents of a text as JSON; undefined if it is not valid. */
interface DocumentsRead {
  /** Undefined if the text is not valid. */
  readonly documents?: readonly JsonValue[];
  /** Bound of the reader that the text exceeds. */
  readonly tooMuch?: string;
}

function readDocuments(text: string): DocumentsRead {
  const { mistakes, documents } = readYaml('', new TextEncoder().encode(text));
  const tooMuch = mistakes.find(({ code }) => code === 'too_large')?.message;
  if (tooMuch !== undefined) return { tooMuch };
  if (mistakes.length > 0) return {};
  return { documents: documents.flatMap(({ tree }) => (tree === undefined ? [] : [plainJson(tree)])) };
}

function tooLarge(bound: string): InjectedFile {
  return {
    kind: 'fault',
    problem: `is not changed: with the sidecar in its pods, ${bound}; split the file`,
    isOurs: false,
  };
}

function treeAt(tree: Tree, path: Path): Tree | undefined {
  return path.reduce<Tree | undefined>((at, part) => {
    if (at?.kind === 'list') return at.items[Number(part)];
    return valueAt(at, String(part));
  }, tree);
}

function jsonAt(document: JsonValue, path: Path): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (at, part) => (isJsonList(at) ? at[Number(part)] : member(at, String(part))),
    document,
  );
}

/** A document with another value at a place that exists. */
function withValue(document: JsonValue, [part, ...rest]: Path, value: JsonValue): JsonValue {
  if (part === undefined) return value;
  if (isJsonList(document))
    return document.with(Number(part), withValue(document[Number(part)] ?? null, rest, value));
  const object = isJsonObject(document) ? document : {};
  return { ...object, [part]: withValue(object[part] ?? null, rest, value) };
}
