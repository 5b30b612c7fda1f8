import type { Program } from '../../cel/interpret/program.ts';
import type { Issuer } from '../identity/issuer.ts';
import type { PrincipalPattern } from '../identity/principal.ts';
import type { Rate } from '../limit/limit.ts';
import type { JsonValue } from '../request/attributes.ts';
import type { HostPattern } from '../request/host.ts';
import type { PathPattern } from '../request/path-pattern.ts';
import type { BodySchema } from '../schema/body-schema.ts';
import type { Revision } from './revision.ts';

/**
 * A whole policy folder, compiled. One request is judged by one of these from start to end.
 * INVARIANT: deeply immutable once compiled.
 */
export interface PolicySet {
  readonly revision: Revision;
  /** `revisionText(revision)`, made once. */
  readonly revisionText: string;
  /** In order of name. */
  readonly policies: readonly CompiledPolicy[];
  /** By document name. */
  readonly issuers: ReadonlyMap<string, Issuer>;
  /** What the Dataset documents hold, by the names that expressions read. */
  readonly data: Readonly<Record<string, JsonValue>>;
  readonly environments: ReadonlyMap<string, EnvironmentValues>;
  /** The Environment that this set decides in; empty: none was chosen, or there is none. */
  readonly environment: string;
  /** Its values, by the names that expressions read. */
  readonly env: Readonly<Record<string, JsonValue>>;
}

/** What differs between the places where the same policies decide. */
export interface EnvironmentValues {
  readonly values: Readonly<Record<string, JsonValue>>;
  /** Names of policies that only shadow there. */
  readonly shadow: ReadonlySet<string>;
}

/** Where a piece of policy was written, for records, explanations and messages. Lines and columns count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface CompiledPolicy {
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly controls: readonly string[];
  readonly source: SourceLocation;
  readonly mode: 'enforce' | 'shadow';
  /** Empty: every request. */
  readonly match: readonly CompiledMatch[];
  /** `paths: {ambiguous: allow}` */
  readonly allowsAmbiguousPath: boolean;
  /** What the policy says for the parameters of its template. */
  readonly params: Readonly<Record<string, JsonValue>>;
  /** Evaluated when first used; each reads only those before it. */
  readonly variables: ReadonlyMap<string, Program>;
  readonly mtls: MtlsRequirement | undefined;
  readonly jwt: JwtRequirement | undefined;
  /** As written. */
  readonly denyRules: readonly CompiledRule[];
  readonly allowRules: readonly CompiledRule[];
  readonly schemas: readonly CompiledSchema[];
  /** As written; by phase. */
  readonly firstLimits: readonly CompiledLimit[];
  readonly lastLimits: readonly CompiledLimit[];
  readonly respond: CompiledRespond;
}

/** One entry of `match`: all parts hold. An absent part (undefined) holds always. */
export interface CompiledMatch {
  readonly hosts: readonly HostPattern[] | undefined;
  readonly methods: ReadonlySet<string> | undefined;
  readonly paths: readonly PathPattern[] | undefined;
  readonly when: Program | undefined;
}

export interface MtlsRequirement {
  /** The peer of the connection, or the client that the nearest trusted proxy has seen. */
  readonly from: 'connection' | 'xfcc';
  /** undefined: any authenticated peer. */
  readonly principals: readonly PrincipalPattern[] | undefined;
}

export interface JwtRequirement {
  readonly issuers: readonly Issuer[];
  readonly required: boolean;
}

export interface CompiledRule {
  readonly name: string;
  readonly source: SourceLocation;
  readonly match: readonly CompiledMatch[];
  /** undefined: true. */
  readonly when: Program | undefined;
  /** Milliseconds since 1970 from which on it never matches; undefined: it has no end. */
  readonly expires: number | undefined;
  /** Why there is such a rule, for reports. */
  readonly reason: string | undefined;
  /** Of a deny rule: the status to answer, default that of `rule_denied`. */
  readonly status: number | undefined;
  /** Of a deny rule: shown to the caller. */
  readonly message: string | undefined;
}

export interface CompiledSchema {
  readonly match: readonly CompiledMatch[];
  readonly body: BodySchema;
}

export interface CompiledLimit {
  readonly name: string;
  /** CEL, each of a scalar type. */
  readonly key: readonly Program[];
  readonly rate: Rate;
  readonly burst: number;
  /** undefined: 1. */
  readonly cost: Program | undefined;
  readonly when: Program | undefined;
  readonly headers: 'refusals' | 'always';
}

/** A value of a response: fixed text, or an expression that gives a string (an optional without a value: left out). */
export type ResponseValue = string | Program;

/** As written, lower-case names for headers. Removed first, then set, then appended. */
export interface CompiledRespond {
  readonly allow: {
    readonly requestHeaders: {
      readonly set: ReadonlyMap<string, ResponseValue>;
      readonly append: ReadonlyMap<string, ResponseValue>;
      readonly remove: readonly string[];
    };
    readonly responseHeaders: {
      readonly set: ReadonlyMap<string, ResponseValue>;
      readonly append: ReadonlyMap<string, ResponseValue>;
    };
    readonly query: {
      readonly set: ReadonlyMap<string, ResponseValue>;
      readonly remove: readonly string[];
    };
    /** Values of any plain type. */
    readonly metadata: ReadonlyMap<string, ResponseValue>;
  };
  readonly deny: {
    readonly headers: { readonly set: ReadonlyMap<string, ResponseValue> };
    /** undefined: the problem document. */
    readonly body: ResponseValue | undefined;
  };
}
