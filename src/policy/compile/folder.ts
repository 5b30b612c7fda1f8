import type { CompiledServices } from '../../engine/grpc/compile-services.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import type { Expressions } from './expressions.ts';
import type { References } from './references.ts';

/** Compiler of descriptor sets. It takes time to load, so that only folders that have one pay for it. */
export interface MessageSupport {
  readonly compileServices: (bytes: Uint8Array) => CompiledServices;
}

/** Parts of the compilation that all policies of a folder share. */
export interface Folder {
  /** Compiler of expressions over all names that the policies may read. */
  readonly expressions: Expressions;
  readonly references: References;
  /** Compiler of descriptor sets; undefined for a folder without the field `protobuf`. */
  readonly messages: MessageSupport | undefined;
  /** Every Issuer document by name; undefined for an invalid one. */
  readonly issuers: ReadonlyMap<string, Issuer | undefined>;
  /** Value of every Dataset document by name; null for an invalid one. */
  readonly datasets: ReadonlyMap<string, JsonValue>;
  /** True if part of the folder could not be read, so that a missing name may be declared there. */
  readonly incomplete: boolean;
}
