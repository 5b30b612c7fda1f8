import type { Program } from '../../cel/interpret/program.ts';
import type { GrpcServices } from '../grpc/grpc-services.ts';
import type { Issuer } from '../identity/issuer.ts';
import type { Limit } from '../limit/limit.ts';
import type { OpenApiSchema } from '../openapi/operation.ts';
import type { JsonValue } from '../request/attributes.ts';
import type { HeaderReads } from '../request/header-reads.ts';
import type { HostPattern } from '../request/host.ts';
import type { InputReads } from '../request/input-reads.ts';
import type { PathPattern } from '../request/path-pattern.ts';
import type { BodySchema } from '../schema/body-schema.ts';
import type { CallerCondition, PrincipalSet } from './callers.ts';
import type { Revision } from './revision.ts';

/**
 * A compiled policy folder. One request is decided by one policy set from start to end.
 * INVARIANT: deeply immutable once compiled.
 */
export interface PolicySet {
  readonly revision: Revision;
  /** `revisionText(revision)`, computed once. */
  readonly revisionText: string;
  /** In order of name. */
  readonly policies: readonly CompiledPolicy[];
  /** By document name. */
  readonly issuers: ReadonlyMap<string, Issuer>;
  /** Values of the Dataset documents, by the names that expressions read. */
  readonly data: Readonly<Record<string, JsonValue>>;
  readonly environments: ReadonlyMap<string, EnvironmentValues>;
  /** Name of the Environment that this set decides in; empty if none was chosen or the folder has none. */
  readonly environment: string;
  /** Values of that Environment, by the names that expressions read. */
  readonly env: Readonly<Record<string, JsonValue>>;
}

/** Values and shadow policies of one Environment document. */
export interface EnvironmentValues {
  readonly values: Readonly<Record<string, JsonValue>>;
  /** Names of policies that are in shadow mode in this environment. */
  readonly shadow: ReadonlySet<string>;
}

/** Location of a part of a policy, for records, explanations and messages. Lines and columns count from 1. */
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
  /** An empty list selects every request. */
  readonly match: readonly CompiledMatch[];
  /** Set by `paths: {ambiguous: allow}`. */
  readonly allowsAmbiguousPath: boolean;
  /** Lower-case names of headers that a request must have, each with a value. */
  readonly requiredHeaders: readonly string[];
  /** Values that the policy gives to the parameters of its template. */
  readonly params: Readonly<Record<string, JsonValue>>;
  /** Evaluated on first use; each reads only the variables before it. */
  readonly variables: ReadonlyMap<string, Program>;
  /** Headers that its expressions read: in the conditions of `match`, and in all of them. */
  readonly headers: { readonly match: HeaderReads; readonly all: HeaderReads };
  /** Attributes that it reads beside those of each record: in the conditions of `match`, and in all parts. */
  readonly inputs: { readonly match: InputReads; readonly all: InputReads };
  readonly mtls: MtlsRequirement | undefined;
  readonly jwt: JwtRequirement | undefined;
  /**
   * Peers that the policy names where all of its callers are peers and it has no `mtls`: one of them is required, unless
   * another policy of the request has `mtls`. Undefined: none is required.
   */
  readonly namedPeers: PrincipalSet | undefined;
  /** Undefined: every caller. */
  readonly callers: CallerCondition | undefined;
  /** In the order of the document. */
  readonly denyRules: readonly CompiledRule[];
  readonly allowRules: readonly CompiledRule[];
  /** Rules in shadow mode, in the order of the document; they are in neither list of rules. */
  readonly shadowRules: readonly CompiledShadowRule[];
  readonly schemas: readonly CompiledSchema[];
  /** The services of the schemas, which say what `request.body` of a call is. */
  readonly services: readonly GrpcServices[];
  /** Limits by phase, in the order of the document. */
  readonly firstLimits: readonly CompiledLimit[];
  readonly lastLimits: readonly CompiledLimit[];
  readonly respond: CompiledRespond;
  /** Undefined: the policy does not say what is recorded. */
  readonly record: CompiledRecord | undefined;
}

/** The parts of decisions that records have, and the decisions that are recorded. */
export interface CompiledRecord {
  /** Share of the decisions that are recorded, 0 to 1, by answer; undefined: as the operator says. */
  readonly allow: number | undefined;
  readonly deny: number | undefined;
  readonly include: readonly RecordedPlace[];
  /** True to record the attributes that the policies of the request read. */
  readonly inputs: boolean;
  /** True to record the body with them. */
  readonly body: boolean;
}

/** Place of a request that is recorded, with its text in the document. */
export interface RecordedPlace {
  readonly text: string;
  /** Name of `NAMES`. */
  readonly name: string;
  /** Keys below the name, from the outside. */
  readonly keys: readonly string[];
}

/** One entry of `match`: all parts must match. An absent part (undefined) always matches. */
export interface CompiledMatch {
  readonly hosts: readonly HostPattern[] | undefined;
  readonly methods: ReadonlySet<string> | undefined;
  readonly paths: readonly PathPattern[] | undefined;
  readonly when: Program | undefined;
}

export interface MtlsRequirement {
  /** The peer of the connection, or the client that the nearest trusted proxy reports. */
  readonly from: 'connection' | 'xfcc';
  /** Undefined: any authenticated peer. */
  readonly principals: PrincipalSet | undefined;
}

export interface JwtRequirement {
  readonly issuers: readonly Issuer[];
  readonly required: boolean;
  /** URL for `resource_metadata` of the challenge (RFC 9728). */
  readonly resourceMetadata: string | undefined;
  /** `certificate`: a token must be bound to the certificate of the caller (RFC 8705). Undefined: it may be. */
  readonly bind: 'certificate' | undefined;
}

export interface CompiledRule {
  readonly name: string;
  readonly source: SourceLocation;
  readonly match: readonly CompiledMatch[];
  /** Undefined: every caller. */
  readonly callers: CallerCondition | undefined;
  /** Undefined: always true. */
  readonly when: Program | undefined;
  /** Time from which the rule no longer matches, in milliseconds since 1970; undefined if it never expires. */
  readonly expires: number | undefined;
  /** The author's justification of the rule, for reports. */
  readonly reason: string | undefined;
  /** HTTP status of a deny rule, or an expression that evaluates to one; by default that of `rule_denied`. */
  readonly status: number | Program | undefined;
  /** Message of a deny rule, sent to the caller: text, or an expression that evaluates to a string. */
  readonly message: ResponseValue | undefined;
}

/** A rule in shadow mode, which is evaluated and recorded but never decides. */
export interface CompiledShadowRule {
  readonly rule: CompiledRule;
  readonly effect: 'allow' | 'deny';
  /** Headers that its expressions read. Those of the policy leave them out: the rule denies no request. */
  readonly headers: HeaderReads;
  /** The policy as it is with the rule in `enforce` mode, without its other shadow rules. */
  readonly enforced: CompiledPolicy;
  /**
   * True if the rule can also change the decision about a request that it does not match, as the first allow rule of a
   * policy, or by the peers that the rules name.
   */
  readonly concernsAll: boolean;
}

/** A requirement for the content of requests. */
export type CompiledSchema = BodyRequirement | MessageRequirement | OpenApiRequirement;

/** Requirements for the messages of gRPC calls. */
export interface MessageSchema {
  readonly services: GrpcServices;
  /** Bytes; a longer body is denied before it is decoded. undefined: unlimited. */
  readonly maxBytes: number | undefined;
  /** True to accept a request whose path is not a method of the services. */
  readonly allowsUnknown: boolean;
  /** True to accept messages with fields that their types do not have. */
  readonly allowsUnknownFields: boolean;
}

interface MessageRequirement {
  readonly kind: 'messages';
  readonly match: readonly CompiledMatch[];
  readonly messages: MessageSchema;
}

interface BodyRequirement {
  readonly kind: 'body';
  readonly match: readonly CompiledMatch[];
  readonly body: BodySchema;
}

interface OpenApiRequirement {
  readonly kind: 'openapi';
  readonly match: readonly CompiledMatch[];
  readonly openapi: OpenApiSchema;
}

export interface CompiledLimit extends Limit {
  readonly name: string;
  /** Expressions of scalar types. */
  readonly key: readonly Program[];
  /** Undefined: 1. */
  readonly cost: Program | undefined;
  readonly when: Program | undefined;
  readonly headers: 'refusals' | 'always';
}

/** Fixed text, or an expression that evaluates to a string (an optional without a value: the entry is left out). */
export type ResponseValue = string | Program;

/** In the order of the document; header names in lower case. Removed first, then set, then appended. */
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
    /** Undefined: the problem document (RFC 9457). */
    readonly body: ResponseValue | undefined;
  };
}
