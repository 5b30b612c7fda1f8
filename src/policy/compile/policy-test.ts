import type { Certificate } from '../../engine/identity/certificate.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';
import type { SourceLocation } from '../../engine/set/policy-set.ts';

/** A valid `PolicyTest` document with every name resolved. */
export interface PolicyTestDocument {
  readonly name: string;
  readonly description: string;
  readonly source: SourceLocation;
  /** Fixed time of all cases, in milliseconds since 1970; undefined if the document has none. */
  readonly now: number | undefined;
  /** As `serve --xfcc-trusted-hops`. */
  readonly xfccTrustedHops: number;
  /** As `serve --max-request-bytes`. */
  readonly maxRequestBytes: number;
  /** The cases of `cases` in order, then those of `matrix`. */
  readonly cases: readonly TestCase[];
}

/** A request that is sent by a caller. */
export interface TestStep {
  readonly caller: TestCaller;
  /** With the changes of `with`. */
  readonly request: TestRequest;
  readonly repeat: number;
  /** Names of the keys of issuers from this request on; null: the key set cannot be fetched. */
  readonly keys?: ReadonlyMap<string, readonly string[] | null> | undefined;
}

export interface TestCase {
  /**
   * As written, with the name of a row in parentheses after it; `caller × request` for a matrix. The name of one of several
   * Environments follows in brackets.
   */
  readonly name: string;
  readonly from: 'cases' | 'matrix';
  /** Name of the Environment in which it runs; empty if the folder has none. */
  readonly environment: string;
  readonly source: SourceLocation;
  readonly caller: TestCaller;
  /** With the changes of `with`. */
  readonly request: TestRequest;
  /** Number of times the request is sent; the answer to the last one is compared. */
  readonly repeat: number;
  /** As that of a step. */
  readonly keys?: TestStep['keys'];
  /** Requests sent before; their answers are not compared. */
  readonly after: readonly TestStep[];
  readonly expect: Expectation;
}

export interface TestCaller {
  /** Empty for the caller of a case that names none. */
  readonly name: string;
  /** Empty without a client certificate. */
  readonly principal: string;
  /** IP address. */
  readonly address: string;
  /** Fields of its certificate that differ from the defaults; absent: Envoy does not send it. */
  readonly certificate?: TestCertificate | undefined;
  readonly port?: number | undefined;
  readonly service?: string | undefined;
  readonly labels?: ReadonlyMap<string, string> | undefined;
  /** Token that the test run signs. */
  readonly jwt: TestToken | undefined;
  /** Text of the Authorization header after `Bearer `, sent as it is. */
  readonly token: string | undefined;
}

export type TestCertificate = Partial<Certificate>;

export interface TestToken {
  /** Name of an Issuer document of the folder. */
  readonly issuer: string;
  /** Added to the default claims, or replacing them; null leaves one out. */
  readonly claims: JsonObject;
  /** Likewise for the members of the header. */
  readonly header: JsonObject;
  /** Milliseconds from `now` to `exp`; may be negative. */
  readonly expiresIn: number;
  /** Name of the key that signs; undefined: the one that the issuer has by default. */
  readonly key?: string | undefined;
  /** `certificate`: with the digest of the certificate of the caller in `cnf`. */
  readonly bind?: 'certificate' | undefined;
}

export interface TestRequest {
  /** Name in `requests`; empty for an inline request. */
  readonly name: string;
  readonly method: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  /** As sent, with the query string. */
  readonly path: string;
  /**
   * Values of each header in the order in which they are sent, by lower-case name; includes
   * `content-type: application/json` for a `{json: ...}` body.
   */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Undefined without a body. */
  readonly body: TestBody | undefined;
  /** Facts from Envoy beside the request; absent: none. */
  readonly told?: ToldByProxy;
}

/** Attributes of a check that do not come from the caller. */
export interface ToldByProxy {
  readonly protocol: string | undefined;
  readonly requestedServerName: string | undefined;
  readonly context: ReadonlyMap<string, string>;
  readonly metadata: ReadonlyMap<string, JsonObject>;
  readonly routeMetadata: ReadonlyMap<string, JsonObject>;
  readonly destination: TestDestination;
}

export interface TestDestination {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly principal?: string | undefined;
  readonly service?: string | undefined;
  readonly labels?: ReadonlyMap<string, string> | undefined;
}

export interface TestBody {
  readonly bytes: Uint8Array;
  /** True: the proxy sends this part of a longer body. */
  readonly truncated: boolean;
}

/** The expected answer; undefined fields are not compared. */
export interface Expectation {
  readonly decision: 'allow' | 'deny' | undefined;
  readonly reason: string | undefined;
  readonly status: number | undefined;
  readonly policy: string | undefined;
  /** Name of the rule alone; for `policy/rule` the policy is in `policy`. */
  readonly rule: string | undefined;
  /** By lower-case name; null if the header must be absent. */
  readonly requestHeaders: ReadonlyMap<string, string | null> | undefined;
  readonly responseHeaders: ReadonlyMap<string, string | null> | undefined;
  /** Verdict by shadow policy; null if it does not apply to the request. */
  readonly shadow: ReadonlyMap<string, 'allow' | 'deny' | null> | undefined;
  /** Name of the snapshot file, in the folder of the test's file, with the whole answer. */
  readonly snapshot: string | undefined;
}
