import type { Type } from '../../cel/value/type.ts';
import type { CompiledServices } from '../../engine/grpc/compile-services.ts';
import type { GrpcServices } from '../../engine/grpc/grpc-services.ts';
import type { Method } from '../../engine/grpc/method.ts';
import { matchPath, type PathPattern } from '../../engine/request/path-pattern.ts';
import type { MessageSchema } from '../../engine/set/policy-set.ts';
import type { MatchDocument } from '../language/match-document.ts';
import type { PolicySpec } from '../language/policy-document.ts';
import type { ProtobufDocument } from '../language/protobuf-document.ts';
import { type Located, report } from '../language/reader.ts';
import type { Folder } from './folder.ts';
import { selections } from './match-relations.ts';

/** An entry of `schemas` with `protobuf`; undefined after a reported mistake. */
export function compileMessageSchema(
  { descriptorSet, maxBytes, unknown, unknownFields }: ProtobufDocument,
  folder: Folder,
): MessageSchema | undefined {
  const services = descriptorSet && readServices(descriptorSet, folder);
  if (services === undefined) return undefined;
  const allows = { allowsUnknown: unknown === 'allow', allowsUnknownFields: unknownFields === 'allow' };
  return { services, maxBytes, ...allows };
}

/** The services of all entries of `schemas` of a policy. Mistakes are reported where the entry is compiled. */
export interface ServicesOfPolicy {
  /** In order, each once. */
  readonly services: readonly GrpcServices[];
  /** False if the file of an entry has a mistake, so that the types of the policy are not known. */
  readonly areComplete: boolean;
}

export function servicesIn({ schemas = [] }: PolicySpec, folder: Folder): ServicesOfPolicy {
  const found = schemas.flatMap(({ protobuf }) => {
    const file = protobuf?.descriptorSet;
    const bytes = file && folder.references.peek(file);
    return file === undefined ? [] : [bytes && folder.messages?.compileServices(bytes).services];
  });
  const services = found.filter((each) => each !== undefined);
  return { services: [...new Set(services)], areComplete: services.length === found.length };
}

function readServices({ value, at }: Located<string>, folder: Folder): GrpcServices | undefined {
  const bytes = folder.references.bytes({ value, at });
  if (bytes === undefined) return undefined;
  const compiled = folder.messages?.compileServices(bytes) ?? UNAVAILABLE;
  if (compiled.services !== undefined) return compiled.services;
  return report(at, 'invalid_descriptors', `\`${value}\`: ${compiled.problem}`, compiled.help);
}

/** The key `protobuf` was not found in the text of any file, which is looked at before the folder is compiled. */
const UNAVAILABLE: CompiledServices = {
  problem: 'the file is not read, since the field `protobuf` is written with escapes',
  help: 'write `protobuf` without quotes',
};

/**
 * The folder with expressions in which `request.body` has the type of the messages that `match` can select, if that is
 * one type: every path is a method, or the paths below a service, and the methods take the same messages.
 */
export function withBodyType(
  folder: Folder,
  { services, areComplete }: ServicesOfPolicy,
  outer: readonly MatchDocument[] | undefined,
  inner?: readonly MatchDocument[],
): Folder {
  if (!areComplete) return { ...folder, expressions: folder.expressions.silent() };
  const [only, other] = services;
  if (only === undefined) return folder;
  const typed = bodyType(services, outer, inner);
  // Names of types and values of enums are those of one descriptor set.
  const owner = typed?.owner ?? (other === undefined ? only : undefined);
  if (owner === undefined) return folder;
  return { ...folder, expressions: folder.expressions.typed(owner.types, typed?.type) };
}

interface BodyType {
  readonly owner: GrpcServices;
  readonly type: Type;
}

function bodyType(
  services: readonly GrpcServices[],
  outer: readonly MatchDocument[] | undefined,
  inner: readonly MatchDocument[] | undefined,
): BodyType | undefined {
  const found = new Map<string, BodyType>();
  for (const pair of selections(outer, inner)) {
    // A call is a POST.
    if (pair.some(({ methods }) => methods !== undefined && !methods.includes('POST'))) continue;
    const paths = pair.map((entry) => entry.paths).filter((each) => each !== undefined);
    if (!paths.some((patterns) => patterns.every((pattern) => isWithinService(pattern, services))))
      return undefined;
    for (const owner of services) {
      for (const method of owner.methods.values()) {
        if (!paths.every((patterns) => patterns.some((pattern) => selects(pattern, method)))) continue;
        const type = owner.typeOf(method);
        if (type === undefined) return undefined;
        found.set(`${services.indexOf(owner)} ${method.input.typeName} ${method.isStream}`, { owner, type });
      }
    }
  }
  const [only, other] = found.values();
  return other === undefined ? only : undefined;
}

function selects(pattern: PathPattern, { path }: Method): boolean {
  return matchPath(pattern, path) !== undefined;
}

function isWithinService({ segments }: PathPattern, services: readonly GrpcServices[]): boolean {
  const [first, second] = segments;
  if (first?.kind !== 'literal' || second === undefined) return false;
  return services.some((each) => each.hasServiceAt(`/${first.text}/`));
}
