import type { JsonValue } from '../../engine/request/attributes.ts';
import type { Difference } from './difference.ts';
import type { Path } from './workloads.ts';

/** An operation of a JSON Patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  /** JSON pointer (RFC 6901). */
  readonly path: string;
  readonly value?: JsonValue;
}

/** The operations of a change, in an order in which each finds its place. */
export function jsonPatch(change: Difference | undefined, at: Path = []): readonly PatchOperation[] {
  switch (change?.kind) {
    case undefined:
      return [];
    case 'whole':
      return [{ op: 'replace', path: pointer(at), value: change.value }];
    case 'mapping':
      return [
        ...[...change.changed].flatMap(([name, each]) => jsonPatch(each, [...at, name])),
        ...change.added.map(({ name, value }) => add([...at, name], value)),
      ];
    case 'list':
      return listPatch(change, at);
  }
}

/** Changed items first, in their old places; then removals from the end; then additions from the end. */
function listPatch(change: Extract<Difference, { kind: 'list' }>, at: Path): readonly PatchOperation[] {
  const { changed, removed, added } = change;
  const placeAfter = (index: number): number =>
    index + 1 - [...removed].filter((each) => each <= index).length;
  return [
    ...[...changed].flatMap(([index, each]) => jsonPatch(each, [...at, index])),
    ...[...removed].toReversed().map((index) => ({ op: 'remove' as const, path: pointer([...at, index]) })),
    ...added.toReversed().map(({ after, value }) => add([...at, placeAfter(after)], value)),
  ];
}

function add(at: Path, value: JsonValue): PatchOperation {
  return { op: 'add', path: pointer(at), value };
}

function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
