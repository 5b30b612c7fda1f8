import type { Issuer } from '../../engine/identity/issuer.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { parseJson } from '../../engine/request/json.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import { NOBODY } from '../../policy/compile/compile-test.ts';
import type { TestCaller } from '../../policy/compile/policy-test.ts';
import type { QuestionResult } from './simulation-request.ts';

/** What no record holds, so that what was decided by it may come out differently. */
const NOT_HELD =
  'a record holds no headers, query string, body, certificate or metadata, and no claims but issuer and subject: add what the decision needs with --header, --path, --body and --claim';

/** The request of one line of the decision log; see docs/operating.md. */
export function questionOfRecord(
  text: string,
  issuers: ReadonlyMap<string, Issuer>,
  path: string,
): QuestionResult {
  const name = path === '-' ? 'standard input' : `\`${path}\``;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const [line] = lines;
  if (line === undefined) return { problem: `${name} holds no record` };
  if (lines.length > 1) {
    const how = path === '-' ? '' : `: \`sed -n 1p ${path} | lictor eval DIR --record -\``;
    return { problem: `${name} holds ${lines.length} records, and one is wanted${how}` };
  }
  const { value, fault } = parseJson(line);
  if (fault !== undefined) return { problem: `${name} holds no record: it is no JSON, ${fault.what}` };
  const request = member(value, 'request');
  const time = Date.parse(textOf(value, 'time'));
  const reason = textOf(value, 'reason');
  if (request === undefined || reason === '' || Number.isNaN(time)) {
    return {
      problem: `${name} holds no record: it has no \`time\`, \`reason\` or \`request\``,
    };
  }
  const { jwt, note } = tokenOf(member(value, 'jwt'), issuers);
  const unread = textOf(request, 'method') === '' ? ['the check could not be read when it was decided'] : [];
  const { status } = value as JsonObject;
  return {
    question: {
      caller: {
        ...NOBODY,
        principal: textOf(member(value, 'source'), 'principal'),
        address: textOf(member(value, 'source'), 'address'),
        jwt,
      },
      request: {
        name: '',
        method: textOf(request, 'method'),
        scheme: 'https',
        host: textOf(request, 'host'),
        path: textOf(request, 'path') || '/',
        headers: new Map(),
        body: undefined,
      },
      now: time,
      base: undefined,
      recorded: {
        decision: textOf(value, 'decision'),
        reason,
        status: typeof status === 'number' ? status : 0,
        policy: textOf(value, 'policy'),
        rule: textOf(value, 'rule'),
        digest: textOf(member(value, 'revision'), 'digest'),
      },
      notes: [NOT_HELD, ...note, ...unread],
    },
  };
}

/** A token with the same issuer and subject, which is all that a record tells of it. */
function tokenOf(
  jwt: JsonObject | undefined,
  issuers: ReadonlyMap<string, Issuer>,
): { readonly jwt: TestCaller['jwt']; readonly note: readonly string[] } {
  if (jwt === undefined) return { jwt: undefined, note: [] };
  const url = textOf(jwt, 'issuer');
  const found = [...issuers.values()].find(({ issuer }) => issuer === url);
  if (found === undefined) {
    return {
      jwt: undefined,
      note: [`no Issuer document of the folder is for ${url}, so the token is left out`],
    };
  }
  const claims = { sub: textOf(jwt, 'subject') };
  return { jwt: { issuer: found.name, claims, header: {}, expiresIn: 3_600_000 }, note: [] };
}

function member(value: JsonValue | undefined, name: string): JsonObject | undefined {
  const found = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isJsonObject(found) ? found : undefined;
}

function textOf(value: JsonValue | undefined, name: string): string {
  const found = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return typeof found === 'string' ? found : '';
}
