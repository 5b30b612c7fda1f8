import { Diagnostics } from '../../diagnostic/collect.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { GrpcServices } from '../../engine/grpc/grpc-services.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { type Fields, mapping } from '../language/fields.ts';
import { requestHelp } from '../language/place-hints.ts';
import { child, located, report } from '../language/reader.ts';
import { callerSpec, REQUEST_FIELDS } from '../language/test-request.ts';
import { instant } from '../language/values.ts';
import type { Cursor } from '../yaml/tree.ts';
import { plainJson, type Tree } from '../yaml/tree.ts';
import { readYaml } from '../yaml/yaml-file.ts';
import { callEncoder } from './call-body.ts';
import { ANONYMOUS_CALLER, caller } from './compile-caller.ts';
import { complete } from './complete-request.ts';
import type { TestCaller, TestRequest } from './policy-test.ts';

/** Fields of a file with one request, in the vocabulary of a PolicyTest. */
const REQUEST_DOCUMENT_FIELDS = {
  now: { read: instant, doc: 'time of the request (RFC 3339)' },
  caller: { read: located(callerSpec), doc: 'the caller; default: no certificate and no token' },
  request: { read: mapping(REQUEST_FIELDS, requestHelp), doc: 'the request', required: true },
} as const satisfies Fields;

/** One request, as read from a file. */
type WrittenRequest =
  | { readonly caller: TestCaller; readonly request: TestRequest; readonly now: number | undefined }
  /** A `CheckRequest` of ext_authz as JSON. */
  | { readonly check: JsonValue };

/** The parts of a folder that a request may refer to. */
export interface FolderOfRequest {
  /** Issuers of the folder, by name, for the token of the caller. */
  readonly issuers: ReadonlyMap<string, unknown>;
  /** Services of its descriptor sets, for the messages of a call. */
  readonly services: readonly GrpcServices[];
}

export type RequestDocument =
  | { readonly written: WrittenRequest; readonly diagnostics?: undefined }
  | { readonly diagnostics: readonly Diagnostic[]; readonly lines: Lines; readonly written?: undefined };

/**
 * Reads a request from YAML or JSON: `caller`, `request` and `now` as in a PolicyTest, or a `CheckRequest`, recognized
 * by `attributes`.
 */
export function readRequestDocument(
  path: string,
  bytes: Uint8Array,
  folder: FolderOfRequest,
): RequestDocument {
  const { documents, lines, mistakes } = readYaml(path, bytes);
  const diagnostics = new Diagnostics();
  for (const mistake of mistakes) diagnostics.add(mistake);
  const tree = documents[0]?.tree ?? EMPTY;
  const at: Cursor = { context: { path, lines, diagnostics }, tree, path: '', key: undefined };
  if (documents.length > 1) report(at, 'wrong_type', 'expected one document with a request, found several');
  const written = diagnostics.errors > 0 ? undefined : readWritten(at, folder);
  if (written === undefined || diagnostics.errors > 0) return { diagnostics: diagnostics.sorted(), lines };
  return { written };
}

const EMPTY: Tree = {
  kind: 'mapping',
  range: { start: 0, end: 0 },
  entries: new Map(),
  invalidKeys: new Set(),
};

function readWritten(at: Cursor, { issuers, services }: FolderOfRequest): WrittenRequest | undefined {
  if (child(at, 'attributes') !== undefined) return { check: plainJson(at.tree) };
  const document = mapping(REQUEST_DOCUMENT_FIELDS)(at);
  if (document?.request === undefined) return undefined;
  const who = document.caller;
  const known = { issuers, usedIssuers: new Set<string>(), incomplete: false };
  return {
    caller: who === undefined ? ANONYMOUS_CALLER : caller('caller', who.value, who.at, known),
    request: complete('', document.request, undefined, callEncoder(services)),
    now: document.now,
  };
}
