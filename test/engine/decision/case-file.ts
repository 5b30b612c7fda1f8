import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import type { Asked } from '../../support/attributes.ts';
import type { PolicyFolder } from '../../support/policy-set.ts';

const FOLDER = 'test/cases';

/** One topic: a policy folder, and what it says to requests. */
export interface CaseFile extends PolicyFolder {
  readonly topic: string;
  readonly cases: readonly Case[];
}

/** Either one request or several steps; every case begins with full buckets. */
export interface Case {
  readonly name: string;
  readonly request?: CaseRequest;
  readonly expect?: Expected;
  readonly steps?: readonly Step[];
  /** Policies instead of, or besides, those of the topic; `only: true` takes these alone. */
  readonly policies?: Readonly<Record<string, unknown>>;
  readonly only?: boolean;
  readonly xfccTrustedHops?: number;
  /** As `serve --hosts`. */
  readonly hosts?: readonly string[];
  /** The Environment to decide in. */
  readonly environment?: string;
  /** The keys of every issuer cannot be fetched. */
  readonly keys?: 'unavailable';
  /** The store of shared limits does not answer; there are so many processes. */
  readonly storeOutage?: number;
}

export interface Step {
  /** Milliseconds since the case began. */
  readonly at?: number;
  /** Number of times it is sent; every answer must be as expected. Default 1. */
  readonly times?: number;
  readonly request: CaseRequest;
  readonly expect: Expected;
}

export interface CaseRequest extends Omit<Asked, 'body'> {
  /** Text, or bytes in base64. */
  readonly body?: string | { readonly base64: string };
  /** Messages of the method of the path, in place of a body, by a descriptor set of the topic. */
  readonly messages?: readonly JsonValue[];
  /** A token in the Authorization header, or where a header or the path says `{token}`; see `tokenText`. */
  readonly token?: TokenSpec;
  /** A second token, where a header or the path says `{otherToken}`. */
  readonly otherToken?: TokenSpec;
}

export interface TokenSpec {
  readonly issuer?: string;
  /** Besides `iss`, `aud`, `sub`, `iat` and `exp`; null leaves one out. */
  readonly claims?: Readonly<Record<string, JsonValue>>;
  readonly header?: Readonly<Record<string, string>>;
  /** The text itself. */
  readonly raw?: string;
  /** Length in characters, padded after the token. */
  readonly length?: number;
  /** Put together by hand, the signature being only bytes. */
  readonly forged?: boolean;
}

/** The expected answer; members that are not named are not compared. Headers that are null must be absent. */
export interface Expected {
  readonly decision: 'allow' | 'deny';
  readonly reason?: string;
  readonly status?: number;
  readonly policy?: string;
  readonly rule?: string;
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly requestHeaders?: Readonly<Record<string, string | null>>;
  readonly responseHeaders?: Readonly<Record<string, string | null>>;
  /** Names of headers of the caller that are removed. */
  readonly removed?: readonly string[];
  /** Response headers that are appended, as pairs. */
  readonly appended?: readonly (readonly string[])[];
  readonly query?: unknown;
  /** Path with a changed query string, null for the path as sent. */
  readonly servicePath?: string | null;
  readonly metadata?: unknown;
  readonly overwritten?: readonly unknown[];
  readonly body?: string;
  readonly controls?: readonly string[];
  readonly limits?: readonly unknown[];
  readonly shadow?: readonly unknown[];
  readonly jwt?: unknown;
  readonly caller?: unknown;
  readonly path?: string;
  readonly grpc?: boolean;
  /** Message of what failed, null for nothing. */
  readonly fault?: string | null;
}

const FILE = 'policies issuers templates datasets environments environment files controls cases'.split(' ');
const CASE = [
  'name',
  'request',
  'expect',
  'steps',
  'policies',
  'only',
  'xfccTrustedHops',
  'hosts',
  'environment',
  'keys',
  'storeOutage',
];
const STEP = ['at', 'times', 'request', 'expect'];
const REQUEST =
  'method host path headers joinedHeaders body messages truncated size principal certificate context token otherToken service labels sni metadata routeMetadata time'.split(
    ' ',
  );
const TOKEN = ['issuer', 'claims', 'header', 'raw', 'length', 'forged'];
const EXPECT = [
  'decision',
  'reason',
  'status',
  'policy',
  'rule',
  'detail',
  'headers',
  'requestHeaders',
  'responseHeaders',
  'removed',
  'appended',
  'query',
  'servicePath',
  'metadata',
  'overwritten',
  'body',
  'controls',
  'limits',
  'shadow',
  'jwt',
  'caller',
  'path',
  'grpc',
  'fault',
];

/** Every topic. A field that nobody reads is an error: a misspelt expectation could never fail. */
export function caseFiles(): readonly CaseFile[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
  return names.toSorted().map((name) => {
    const file = parse(readFileSync(`${FOLDER}/${name}`, 'utf8'), {
      merge: true,
      maxAliasCount: -1,
    }) as CaseFile;
    refuseUnknown(name, file, FILE);
    for (const each of file.cases) {
      refuseUnknown(`${name}: ${each.name}`, each, CASE);
      for (const step of stepsOf(each)) {
        refuseUnknown(`${name}: ${each.name}`, step, STEP);
        refuseUnknown(`${name}: ${each.name}`, step.request, REQUEST);
        refuseUnknown(`${name}: ${each.name}`, step.request.token ?? {}, TOKEN);
        refuseUnknown(`${name}: ${each.name}`, step.request.otherToken ?? {}, TOKEN);
        refuseUnknown(`${name}: ${each.name}`, step.expect, EXPECT);
      }
    }
    return { ...file, topic: name.replace(/\.yaml$/, '') };
  });
}

/** The steps of a case; one where it holds a single request. */
export function stepsOf({ name, request = {}, expect, steps }: Case): readonly Step[] {
  if (steps !== undefined) return steps;
  if (expect === undefined) throw new Error(`${name}: nothing is expected`);
  return [{ request, expect }];
}

function refuseUnknown(where: string, value: object, known: readonly string[]): void {
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`${where}: unknown ${unknown.join(', ')}`);
}
