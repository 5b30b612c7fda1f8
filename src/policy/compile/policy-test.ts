import type { JsonObject } from '../../engine/request/attributes.ts';
import type { SourceLocation } from '../../engine/set/policy-set.ts';

/** A `PolicyTest` document, checked, every name in it resolved. */
export interface PolicyTestDocument {
  readonly name: string;
  readonly description: string;
  readonly source: SourceLocation;
  /** Milliseconds since 1970 at which the clock stands still; undefined: the document does not say. */
  readonly now: number | undefined;
  /** Name of an Environment document; empty: the folder has none. */
  readonly environment: string;
  /** As `serve --xfcc-trusted-hops`. */
  readonly xfccTrustedHops: number;
  /** Those of `cases` as written, then those that `matrix` stands for. */
  readonly cases: readonly TestCase[];
}

/** A request on its way. */
export interface TestStep {
  readonly caller: TestCaller;
  /** With the changes of `with`. */
  readonly request: TestRequest;
  readonly repeat: number;
}

export interface TestCase {
  /** As written, that of a row behind it in parentheses; of a matrix `caller × request`. */
  readonly name: string;
  readonly from: 'cases' | 'matrix';
  readonly source: SourceLocation;
  readonly caller: TestCaller;
  /** With the changes of `with`. */
  readonly request: TestRequest;
  /** How often it is sent; the last one is judged. */
  readonly repeat: number;
  /** Sent before, and not judged. */
  readonly after: readonly TestStep[];
  readonly expect: Expectation;
}

export interface TestCaller {
  /** Empty for the caller of a case that names none. */
  readonly name: string;
  /** Empty: no client certificate. */
  readonly principal: string;
  readonly address: string;
  /** A token to be signed. */
  readonly jwt: TestToken | undefined;
  /** What stands in the Authorization header behind `Bearer `, as it is. */
  readonly token: string | undefined;
}

export interface TestToken {
  /** Name of an Issuer document of the folder. */
  readonly issuer: string;
  /** Besides, or instead of, those that every token gets; a null one is a JSON null. */
  readonly claims: JsonObject;
  readonly header: JsonObject;
  /** Milliseconds from `now` to `exp`, may be negative. */
  readonly expiresIn: number;
}

export interface TestRequest {
  /** Name in `requests`, empty for one that is written out. */
  readonly name: string;
  readonly method: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  /** As sent, with the query string. */
  readonly path: string;
  /** Lower-case names; `content-type: application/json` is among them for a `{json: ...}` body. */
  readonly headers: ReadonlyMap<string, string>;
  /** UTF-8; undefined: none. */
  readonly body: string | undefined;
}

/** What must come out; undefined: not compared. */
export interface Expectation {
  readonly decision: 'allow' | 'deny' | undefined;
  readonly reason: string | undefined;
  readonly status: number | undefined;
  readonly policy: string | undefined;
  /** Without the policy, which is in `policy` when it was written `policy/rule`. */
  readonly rule: string | undefined;
  /** Lower-case names; null: must not be there. */
  readonly requestHeaders: ReadonlyMap<string, string | null> | undefined;
  readonly responseHeaders: ReadonlyMap<string, string | null> | undefined;
  /** By shadow policy, what it would have said; null: it does not govern the request. */
  readonly shadow: ReadonlyMap<string, 'allow' | 'deny' | null> | undefined;
  /** Name of the snapshot beside the test's file that the whole answer is compared with. */
  readonly snapshot: string | undefined;
}
