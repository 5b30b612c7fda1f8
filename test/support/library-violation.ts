import { type DescExtension, type DescField, type Registry, ScalarType } from '@bufbuild/protobuf';
import type { Path } from '@bufbuild/protobuf/reflect';
import { Violation as LibraryViolation } from '@bufbuild/protovalidate';
import {
  FieldRulesSchema,
  file_buf_validate_validate as standard,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import type { PathPart, Violation } from '../../src/engine/protovalidate/run.ts';

/** A violation in the form of the library of protovalidate. */
export function libraryViolation(
  { text, id, path, place, isOfKey }: Violation,
  extensions: Registry,
): LibraryViolation {
  return new LibraryViolation(text, id, path.map(libraryPart), libraryPlace(place, extensions), isOfKey);
}

function libraryPart(part: PathPart, index: number, path: readonly PathPart[]): Path[number] {
  if (part.kind === 'index') return { kind: 'list_sub', index: part.at };
  if (part.kind !== 'key') return part;
  const map = path[index - 1];
  if (map?.kind !== 'field' || map.fieldKind !== 'map') throw new Error('a key is not that of a map');
  return { kind: 'map_sub', key: keyOf(map, part.at) };
}

const WIDE: ReadonlySet<ScalarType> = new Set([
  ScalarType.INT64,
  ScalarType.SINT64,
  ScalarType.SFIXED64,
  ScalarType.UINT64,
  ScalarType.FIXED64,
]);

function keyOf(
  { mapKey }: DescField & { readonly fieldKind: 'map' },
  text: string,
): string | number | bigint | boolean {
  if (mapKey === ScalarType.STRING) return text;
  if (mapKey === ScalarType.BOOL) return text === 'true';
  return WIDE.has(mapKey) ? BigInt(text) : Number(text);
}

function libraryPlace(place: Violation['place'], extensions: Registry): Path {
  let owner = FieldRulesSchema;
  const path: Path[number][] = [];
  for (const part of place) {
    if (typeof part === 'number') {
      path.push({ kind: 'list_sub', index: part });
      continue;
    }
    const field: DescField | DescExtension | undefined = part.startsWith('[')
      ? extensions.getExtension(part.slice(1, -1))
      : owner.fields.find(({ name }) => name === part);
    if (field === undefined) throw new Error(`no rule ${place.join('.')}`);
    path.push(field);
    const { message } = field;
    owner = (standard.messages.find(({ typeName }) => typeName === message?.typeName) ??
      owner) as typeof owner;
  }
  return path;
}
