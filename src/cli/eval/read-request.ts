import { renderDiagnostic } from '../../diagnostic/render.ts';
import { quoted } from '../../diagnostic/suggest.ts';
import { errorMessage } from '../../diagnostic/system-error.ts';
import { checkRequestOfJson } from '../../engine/envoy/check-json.ts';
import { decodeCheck } from '../../engine/envoy/decode.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { parseJson } from '../../engine/request/json.ts';
import { checkMessages } from '../../node/check-messages.ts';
import { decodeText } from '../../node/decode-text.ts';
import { ANONYMOUS_CALLER } from '../../policy/compile/compile-caller.ts';
import { defaultPath } from '../../policy/compile/complete-request.ts';
import type { TestCaller, TestRequest } from '../../policy/compile/policy-test.ts';
import { readRequestDocument } from '../../policy/compile/request-document.ts';
import { servicesOfSet } from '../../policy/compile-folder.ts';
import { requestOfRecord } from '../../tools/testing/recorded-request.ts';
import type { SimulationRequest, SimulationRequestResult } from '../../tools/testing/simulation-request.ts';
import { type Input, readInput } from '../terminal/read-input.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { FolderOfExpression } from './expression.ts';
import type { EvalOptions } from './flags.ts';

const ANY: TestRequest = {
  name: '',
  method: 'GET',
  scheme: 'https',
  host: '',
  path: '/',
  headers: new Map(),
  body: undefined,
};

/** Reads the request out of a file or a record, if one is named, and changes it as the other flags say. */
export async function readRequest(
  options: EvalOptions,
  set: FolderOfExpression,
  terminal: Terminal,
): Promise<SimulationRequestResult> {
  if (options.request !== undefined && options.record !== undefined) {
    return { problem: 'take one of `--request` and `--record`' };
  }
  const start = await startOf(options, set, terminal);
  return start.simulation === undefined ? start : change(start.simulation, options, set.issuers, terminal);
}

async function startOf(
  { request, record }: EvalOptions,
  set: FolderOfExpression,
  terminal: Terminal,
): Promise<SimulationRequestResult> {
  const path = request ?? record;
  const blank = { base: undefined, recorded: undefined, notes: [] };
  if (path === undefined)
    return { simulation: { caller: ANONYMOUS_CALLER, request: ANY, now: undefined, ...blank } };
  const input = await readInput(path, terminal);
  if (input.problem !== undefined) return input;
  if (record !== undefined) return requestOfRecord(new TextDecoder().decode(input.bytes), set.issuers, path);
  const name = path === '-' ? 'standard input' : path;
  const document = readRequestDocument(name, input.bytes, {
    issuers: set.issuers,
    services: servicesOfSet(set.policies),
  });
  if (document.written === undefined) {
    const { diagnostics, lines } = document;
    const shown = diagnostics.map((each) => renderDiagnostic(each, lines, { colour: false }));
    return { problem: `the request cannot be read\n\n${shown.join('\n\n')}` };
  }
  const { written } = document;
  if ('check' in written) return questionOfCheck(written.check, name);
  return { simulation: { ...blank, ...written } };
}

function questionOfCheck(check: JsonValue, name: string): SimulationRequestResult {
  const { message, problem } = checkRequestOfJson(check);
  const no = (why: string): SimulationRequestResult => ({
    problem: `\`${name}\` cannot be read as a CheckRequest: ${why}`,
  });
  if (message === undefined) return no(problem);
  let bytes: Uint8Array;
  try {
    bytes = checkMessages.encodeRequest(message);
  } catch (error) {
    return no(errorMessage(error));
  }
  const { attributes } = decodeCheck(bytes, decodeText);
  if (attributes === undefined) return no('it is not about an HTTP request');
  const { request, source } = attributes;
  const { time } = request;
  return {
    simulation: {
      caller: { ...ANONYMOUS_CALLER, principal: source.principal, address: source.address },
      request: {
        name: '',
        method: request.method,
        scheme: request.scheme === 'http' ? 'http' : 'https',
        host: request.host,
        path: request.path,
        headers: new Map(
          Array.from(request.headers, ([header, value]) => [
            header,
            request.headerForm.repeated.get(header) ?? [value],
          ]),
        ),
        body: undefined,
      },
      now: time === undefined ? undefined : time.seconds * 1000 + time.nanos / 1e6,
      base: message,
      recorded: undefined,
      notes: [],
    },
  };
}

const HEADERS_OF_BODY = ['content-length', 'content-encoding'] as const;

async function change(
  simulation: SimulationRequest,
  options: EvalOptions,
  issuers: ReadonlyMap<string, Issuer>,
  terminal: Terminal,
): Promise<SimulationRequestResult> {
  const before = new Map(simulation.request.headers);
  // They are about the body of the request, which `--body` replaces.
  const input = await bodyOf(options, terminal);
  if (input?.problem !== undefined) return input;
  if (input !== undefined) for (const name of HEADERS_OF_BODY) before.delete(name);
  const headers = new Map([...before, ...valuesByName(options.header)]);
  const token = tokenOf(simulation.caller, options, issuers);
  if ('problem' in token) return token;
  let { body } = simulation.request;
  if (input !== undefined) {
    body = { bytes: input.bytes, truncated: false };
    const text = new TextDecoder().decode(input.bytes);
    if (!headers.has('content-type') && parseJson(text).fault === undefined) {
      headers.set('content-type', ['application/json']);
    }
  }
  const { request } = simulation;
  const { method = request.method, host = request.host } = options;
  const { path = request === ANY ? defaultPath(method) : request.path } = options;
  const { principal = simulation.caller.principal, address = simulation.caller.address } = options;
  const { now = simulation.now } = options;
  if (path === '' && method !== 'CONNECT') return { problem: 'the path is empty, and only CONNECT has none' };
  if (path !== '' && path !== '*' && !path.startsWith('/')) {
    return { problem: `the path \`${path}\` does not begin with \`/\`` };
  }
  return {
    simulation: {
      ...simulation,
      // The name is the token's subject unless a claim says otherwise.
      caller: {
        ...simulation.caller,
        name: simulation.caller.name || 'caller',
        principal,
        address,
        ...token,
      },
      request: { ...request, method, host, path, headers, body },
      now,
    },
  };
}

/** The body that `--body` or `--body-text` gives; undefined without them. */
async function bodyOf({ body, bodyText }: EvalOptions, terminal: Terminal): Promise<Input | undefined> {
  if (bodyText !== undefined) return { bytes: new TextEncoder().encode(bodyText) };
  if (body === undefined) return undefined;
  return /^\s*[{["]/.test(body) ? { bytes: new TextEncoder().encode(body) } : readInput(body, terminal);
}

/** The values of each `--header`, which may be given more than once. */
function valuesByName(headers: EvalOptions['header']): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return values;
}

/** The token that is sent: as `--token` says, or signed on the fly with what `--issuer` and `--claim` say of it. */
function tokenOf(
  { jwt, token: sent }: TestCaller,
  { token, issuer = jwt?.issuer, claim, issuer: named }: EvalOptions,
  issuers: ReadonlyMap<string, Issuer>,
): Pick<TestCaller, 'jwt' | 'token'> | { readonly problem: string } {
  if (token !== undefined) {
    if (named === undefined && claim.length === 0) return { jwt: undefined, token };
    return { problem: '`--token` is sent as it is: leave `--issuer` and `--claim` out, or `--token`' };
  }
  if (named === undefined && claim.length === 0) return { jwt, token: sent };
  if (issuer === undefined) {
    return { problem: '`--claim` is about a token, say whose with `--issuer NAME`' };
  }
  if (!issuers.has(issuer)) {
    const names = quoted(issuers.keys());
    const known = names === '' ? 'the folder has none' : `known here: ${names}`;
    return { problem: `no Issuer document is called \`${issuer}\`; ${known}` };
  }
  const given = Object.fromEntries(claim.map(({ name, value }) => [name, value]));
  const claims: Record<string, JsonValue> = { ...jwt?.claims, ...given };
  const { header = {}, expiresIn = 3_600_000 } = jwt ?? {};
  return { jwt: { issuer, claims, header, expiresIn }, token: undefined };
}
